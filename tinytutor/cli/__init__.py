"""The command line: thin commands over the tutor, one place that prints, errors to exit codes once."""
