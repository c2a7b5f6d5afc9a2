"""Documents that a filter leaves, page by page, so that a list of a million needs little memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document, GridFilter

_PAGE = 500


async def matching(buffer: Buffer, wanted: GridFilter, limit: int | None = None) -> AsyncIterator[Document]:
    """Documents of a filter, the newest in the buffer first, at most `limit` of them."""
    async for page in pages(buffer, wanted, limit):
        for document in page:
            yield document


async def pages(
    buffer: Buffer, wanted: GridFilter, limit: int | None = None
) -> AsyncIterator[list[Document]]:
    """The same, some hundreds at a time."""
    left = limit
    page = await buffer.grid.first(wanted, "id", True, _page_size(left))
    while page:
        yield await buffer.documents.get_many([row.id for row in page])
        left = None if left is None else left - len(page)
        if left == 0:
            return
        page = await buffer.grid.after(wanted, "id", True, page[-1].key, _page_size(left))


def _page_size(left: int | None) -> int:
    return _PAGE if left is None else min(_PAGE, left)
