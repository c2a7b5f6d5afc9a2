"""Measurements: figures and ratios printed, nothing asserted."""
