"""Pages for the staff."""
