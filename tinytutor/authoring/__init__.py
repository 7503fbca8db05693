"""Tools for authors: the reference library, and rehearsals of a lesson with other solutions."""
