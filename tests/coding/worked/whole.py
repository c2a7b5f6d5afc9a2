"""The whole worked set."""

from __future__ import annotations

from tests.coding.worked.purchases import PURCHASES
from tests.coding.worked.sales import SALES
from tests.coding.worked.special import SPECIAL

WORKED = SALES + PURCHASES + SPECIAL
