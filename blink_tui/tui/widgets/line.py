"""A line to type in."""

from __future__ import annotations

from textual.widgets import Input


class Line(Input):
    """One flat line; its cursor does not blink, so that a screen at rest sends nothing."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
