"""Zalacznik and Stopka: tables and notes that go with an invoice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AttachmentTable:
    """A table of an attachment: typed heads, rows and sums, all cells as text."""

    metadata: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    heads: tuple[tuple[str, str], ...] = ()
    """Name and type (`date`, `datetime`, `dec`, `int`, `time`, `txt`) of each column."""
    rows: tuple[tuple[str, ...], ...] = ()
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AttachmentBlock:
    """BlokDanych: a chapter of an attachment."""

    title: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    tables: tuple[AttachmentTable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Registers:
    """Rejestry: numbers under which the issuer is registered."""

    name: str | None = None
    krs: str | None = None
    regon: str | None = None
    bdo: str | None = None
