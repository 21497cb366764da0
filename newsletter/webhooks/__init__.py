"""Programs outside that are told what happens: signed, tried again, and written down (Standard Webhooks)."""
