"""Verbs that touch people and deliveries at once."""
