"""The terminal app. Stands on `tinytutor.tutor`; nothing imports it but the command that opens it."""
