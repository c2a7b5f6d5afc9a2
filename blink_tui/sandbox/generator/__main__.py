"""Makes the demo's curated invoices anew: `python -m blink_tui.sandbox.generator [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from blink_tui.sandbox.scenario import load_scenario, write_curated

write_curated(load_scenario(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
