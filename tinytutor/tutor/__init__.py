"""What a student can do, for both front ends: the workspace, checks, help, and what is recorded."""
