"""The languages that pages and notices speak."""
