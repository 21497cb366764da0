"""A closed language of rules about people, and the segments that are saved under a name."""
