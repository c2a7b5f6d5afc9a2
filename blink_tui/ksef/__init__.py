"""The KSeF API 2.0 client over httpx; it only reads."""
