"""What came back: lists of it, and the evidence of each."""
