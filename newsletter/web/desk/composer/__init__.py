"""The composer: the sections and articles of an issue as cards, put in order and edited where they stand."""
