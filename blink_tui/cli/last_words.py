"""What Python says by itself of faults that nobody caught, in threads and destructors too, without secrets."""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any


def without_secrets() -> None:
    """From now on, in this process; a log that is started takes over (`ops.logs`)."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, None)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, None)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Redacted())


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from blink_tui.model.redaction import redacted

        return redacted(super().format(record))


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: Any) -> None:
    from blink_tui.model.redaction import redacted_traceback

    if sys.stderr is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        sys.stderr.write(redacted_traceback(error) if error is not None else f"{kind.__name__}\n")
