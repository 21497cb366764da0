"""Figures: what became of one issue, and of a newsletter over time."""
