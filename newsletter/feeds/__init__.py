"""Feeds are fetched, parsed and kept as posts."""
