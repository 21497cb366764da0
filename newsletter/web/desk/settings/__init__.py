"""Settings: newsletters, feeds, lists, relays and the instance, as an administrator keeps them."""
