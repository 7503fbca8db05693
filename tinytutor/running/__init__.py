"""Runs notebook cells in a kernel of a child process, and judges what came of each test."""
