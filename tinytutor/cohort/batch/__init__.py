"""Submissions run again: many at once, each once, whatever is killed meanwhile."""
