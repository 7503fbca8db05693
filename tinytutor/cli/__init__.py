"""The command line: thin commands over the tutor; one place prints, one makes exit codes."""
