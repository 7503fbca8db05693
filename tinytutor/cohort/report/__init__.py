"""The report of a cohort: its figures gathered, small groups withheld, as JSON and HTML."""
