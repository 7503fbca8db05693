"""A cohort in the forms that other programs take: tables, gradebooks, learning records."""
