"""The sides of a company's market: who is won, kept and billed, and under which line names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One side. Line names are without segment; `section` holds each segment's churn.

    `first_months` are the assumptions that say which share of a customer's first months is
    billed: a path, or 0.0 or 1.0; later months are billed in full. Where marketing does not buy
    `new` customers at `cac`, `won` and `price` are the lines of what it buys. `streams` are the
    lines that a segment's revenue consists of, where it is more than one; `cac_kpi` is the KPI
    that says what one of them costs.
    """

    name: str
    section: str
    segments: tuple[str, ...]
    marketing: str
    cac: str
    new: str
    active: str
    churned: str
    billed: str
    cac_kpi: str
    first_months: tuple[str | float, ...] = ()
    won: str | None = None
    price: str | None = None
    streams: tuple[str, ...] = ()

    @property
    def billed_later(self) -> tuple[str, ...]:
        """The assumptions among `first_months`."""
        return tuple(first for first in self.first_months if isinstance(first, str))
