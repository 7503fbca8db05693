"""What a cohort's records add up to, one question a file."""
