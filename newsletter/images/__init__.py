"""Images: fetched or uploaded, made small and clean, kept, and served from our own address."""
