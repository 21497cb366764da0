"""Newsletters, their calendar, and issues from the draft to the freeze."""
