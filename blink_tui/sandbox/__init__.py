"""A simulated KSeF over HTTP, and the generator of synthetic invoices."""
