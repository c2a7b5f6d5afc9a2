"""Adnotacje: what the law wants said on an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class NewVehicle:
    """NowySrodekTransportu: a new means of transport delivered within the Union."""

    first_use: date | None = None
    line: int | None = None
    """P_NrWierszaNST: number of the row that sells it."""
    make: str | None = None
    model: str | None = None
    colour: str | None = None
    registration: str | None = None
    year: str | None = None
    mileage: str | None = None
    """P_22B, for land vehicles."""
    vin: str | None = None
    body: str | None = None
    chassis: str | None = None
    frame: str | None = None
    kind: str | None = None
    hours: str | None = None
    """P_22C, for vessels."""
    hull: str | None = None
    flight_hours: str | None = None
    """P_22D, for aircraft."""
    serial: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The annotations beyond the marks that stand on the invoice itself; None where the form has no such field."""

    exempt: bool = False
    """P_19: something is exempt from tax."""
    exempt_by_act: str | None = None
    """P_19A: provision of the act."""
    exempt_by_directive: str | None = None
    """P_19B."""
    exempt_otherwise: str | None = None
    """P_19C."""
    new_vehicles: bool = False
    """P_22."""
    vehicle_statement: bool | None = None
    """P_42_5: the duty of art. 42(5) holds."""
    vehicles: tuple[NewVehicle, ...] = ()
    triangular: bool | None = None
    """P_23: second taxpayer of a simplified triangular transaction."""
    margin: bool = False
    """P_PMarzy."""
    margin_travel: bool = False
    margin_used_goods: bool = False
    margin_art: bool = False
    margin_antiques: bool = False

    @property
    def exemption_basis(self) -> str | None:
        """The provision an exemption names, whichever kind it is."""
        return self.exempt_by_act or self.exempt_by_directive or self.exempt_otherwise
