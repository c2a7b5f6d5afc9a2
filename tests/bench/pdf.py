"""Time and memory of `blink doc pdf` for many documents, and of one page: python -m tests.bench.pdf [COUNT]"""

from __future__ import annotations

import asyncio
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from blink_tui.buffer import open_buffer
from blink_tui.buffer.preparing import header_of_invoice
from blink_tui.invoices import read_invoice
from blink_tui.invoices.render_pdf import Printed, render_pdf
from blink_tui.sandbox.generator import Generator, Namer
from tests.bench.measure import MIB, peak_memory, row
