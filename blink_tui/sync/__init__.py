"""The engine: plan, fetch, verify, store, move the mark; then derive."""
