"""What programs do: the same as the desk, over HTTP and JSON, with a key."""
