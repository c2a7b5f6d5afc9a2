"""Time and memory of `blink doc pdf` for many documents, and of one page: python -m tests.bench.pdf [COUNT]"""

from __future__ import annotations
