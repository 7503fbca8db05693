"""What a student has done: the log of events, what follows from it, and where it is kept.

Imports nothing here, so that a command pays only for the parts it uses.
"""
