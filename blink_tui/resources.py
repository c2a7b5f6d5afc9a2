"""The one place that knows where shipped data lies, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource_dir(name: str) -> Path:
    """Folder of shipped data: `styles` or `sample_data`.

    In a wheel they lie inside the package, in a checkout beside it. Raises FileNotFoundError when neither is there.
    """
    for folder in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(name)
