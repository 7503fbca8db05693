"""Judges the content of any notebook course against the scorecard: evidence first, advice last."""
