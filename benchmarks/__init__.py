"""What it costs, as ratios against a yardstick in the same run; each runs alone and through `make bench`."""
