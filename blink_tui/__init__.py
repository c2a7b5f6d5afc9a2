"""blink-tui: every KSeF invoice of every firm, in one local buffer, none lost and none twice."""
