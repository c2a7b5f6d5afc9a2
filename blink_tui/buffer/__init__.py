"""The local store of documents; the only part that contains SQL."""
