"""Statements to a learning record store: each stored once, however often they are sent."""
