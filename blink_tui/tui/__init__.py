"""The Textual console: it shows and asks, it decides nothing."""
