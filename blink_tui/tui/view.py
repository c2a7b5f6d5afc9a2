"""What the grid shows and how, as a value; it can be kept and taken up again at the next start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from blink_tui.buffer import SORTS, GridFilter, Sort
from blink_tui.i18n import N_
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering import Filter, FilterError, parse_filter
from blink_tui.model.firms import Firm
from blink_tui.tui.memory import Kept
from blink_tui.tui.widgets.tree import Branch

SORT_WORDS: dict[Sort, str] = {
    "received_date": N_("by receipt"),
    "issue_date": N_("by issue"),
    "gross": N_("by amount"),
    "seller": N_("by seller"),
    "id": N_("by arrival"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A list of documents: whose, which branch of the tree, which filter, in which order."""

    firm: Firm | None = None
    branch: Branch = field(default_factory=Branch)
    query: Filter = field(default_factory=Filter)
    sort: Sort = "received_date"
    descending: bool = True

    @property
    def chosen(self) -> GridFilter:
        """The filter, open to later arrivals."""
        return GridFilter(
            firm_ids=None if self.firm is None else (self.firm.id,),
            direction=self.branch.direction,
            statuses=None if self.branch.status is None else (self.branch.status,),
            query=self.query,
        )

    def kept(self) -> dict[str, Any]:
        """All but the firm, which the console remembers itself."""
        return {
            "direction": self.branch.direction,
            "status": self.branch.status,
            "filter": self.query.text,
            "sort": self.sort,
            "descending": self.descending,
        }


def view_of(kept: Kept, firm: Firm | None, who: str) -> View:
    """A view as it was kept; what this version of the program does not understand is left out."""
    direction = next((one for one in Direction if one == kept.get("direction")), None)
    status = next((one for one in Status if one == kept.get("status")), None)
    sort: Sort = next((one for one in SORTS if one == kept.get("sort")), "received_date")
    try:
        query = parse_filter(str(kept.get("filter", "")), who=who)
    except FilterError:
        query = Filter()
    return View(firm, Branch(direction, status), query, sort, descending=kept.get("descending") is not False)
