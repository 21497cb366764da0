"""Pages about people: looked up, looked after, taken in and let go."""
