"""What providers of mail tell by webhook: verified, read into readings, and taken in like returned mail."""
