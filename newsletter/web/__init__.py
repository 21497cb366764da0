"""Pages for readers and editors."""
