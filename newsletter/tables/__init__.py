"""The tables of composing and distributing, one short module per room."""
