"""Compose and distribute: feeds, issues, letters and mail, in the order the paper travels."""
