"""The terminal app. Stands on `tinytutor.tutor`; only the command that opens it imports it."""
