"""What runs in the kernel's own process, beside the student's code."""
