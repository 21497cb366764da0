"""The process with the clock: looks for what is due and mails it."""
