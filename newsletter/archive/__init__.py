"""What can be read on the web: issues that were sent, and a feed of them."""
