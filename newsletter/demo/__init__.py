"""A month of a blog, from feed to inbox, on one machine."""
