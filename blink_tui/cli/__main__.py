"""`python -m blink_tui.cli` is `blink`."""

from __future__ import annotations

from blink_tui.cli import main

main()
