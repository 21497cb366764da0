"""Letters and own texts at the desk: written, saved as they are written, gone back to, asked for and talked about."""
