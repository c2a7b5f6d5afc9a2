"""Notices: what happened is decided about, put into the outbox, and sent to whoever wants to know."""
