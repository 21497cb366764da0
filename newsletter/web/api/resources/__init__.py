"""What there is to be asked and done, each kind of thing in a module of its own."""
