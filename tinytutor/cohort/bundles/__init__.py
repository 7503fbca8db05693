"""What a student hands in: one zip file that can also be read by hand."""
