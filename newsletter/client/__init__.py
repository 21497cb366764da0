"""A client of the API for programs in Python: thin, typed, and it tries again where that is safe."""
