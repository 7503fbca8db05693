"""The author's lesson, the student's notebook, what is run, and the student's library."""
