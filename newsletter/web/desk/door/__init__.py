"""Who comes in, and what belongs to them alone."""
