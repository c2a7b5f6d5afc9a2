"""Running by itself: the daemon, and what it does beside fetching."""
