"""Letters are planned on the ledger and handed to a relay, each person once."""
