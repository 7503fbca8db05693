"""Many students: submissions, what they add up to, and the forms in which instructors use it.

Imports nothing here: each part needs libraries of its own, which are loaded where they are used.
"""
