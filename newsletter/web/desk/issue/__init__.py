"""One issue at the desk: looked at, approved, given to readers and a time, sent and watched."""
