"""An issue is rendered once into a letter, with slots for the person."""
