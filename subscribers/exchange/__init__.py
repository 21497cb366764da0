"""People in and out: files of any make read, taken in as one import that can be undone, and written again."""
