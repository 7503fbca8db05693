"""tinytutor: a tutor in the terminal that guides students through building their own library."""

__version__ = "0.1.0"
