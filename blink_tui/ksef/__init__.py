"""The KSeF API 2.0 client, read-only: transport and errors, keys, login, queries, exports, packages."""
