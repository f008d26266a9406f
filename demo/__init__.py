"""`make demo`: real traffic through a real daemon, and what became of it."""
