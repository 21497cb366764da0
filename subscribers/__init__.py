"""People and consent: takes a transaction and `now`, returns values, and never sends anything."""
