"""Bytes of an invoice become one exact model.Invoice."""
