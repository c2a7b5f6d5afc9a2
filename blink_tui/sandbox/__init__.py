"""A simulated KSeF over HTTP, and the generator of synthetic invoices."""

from __future__ import annotations

from blink_tui.sandbox.clock import RealClock, VirtualClock
from blink_tui.sandbox.options import SandboxOptions, UnusableOptionsError
from blink_tui.sandbox.running import RunningSandbox, running_sandbox, serve

__all__ = [
    "RealClock",
    "RunningSandbox",
    "SandboxOptions",
    "UnusableOptionsError",
    "VirtualClock",
    "running_sandbox",
    "serve",
]
