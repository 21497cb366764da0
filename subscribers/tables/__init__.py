"""The tables of people and consent, one short module per subject."""
