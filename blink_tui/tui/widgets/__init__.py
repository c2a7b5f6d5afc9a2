"""Panes of the console: what is drawn line by line."""
