"""The life of one customer, worked out again: who is left by powers of shares, not month by month
as the texts follow it. Where customers move between segments, by a matrix of the moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.analysis.unit_economics import sides
from model.companies import company_module
from model.companies.glossary import Side
from model.companies.judged import LONGEST_LIFE
from model.engine.projection import Projection, ratio

Rows = Iterator[tuple[str, np.ndarray]]


def worths(projection: Projection) -> Rows:
    """The lifetime value of each segment and side, (scenario, year)."""
    for side in sides(projection.company):
        won = _won(projection, side)
        whole = 0.0
        for segment in side.segments:
            worth = _worth(projection, side, segment)[-1]
            yield f"lifetime_value.{segment}", np.where(won[segment] > 0, worth, np.nan)
            whole = whole + won[segment] * np.nan_to_num(worth)
        defined = sum(won.values()) > 0
        # Where nobody of the side is billed, the text leaves its value undefined.
        yield f"lifetime_value.{side.name}", np.where(defined & (whole != 0), whole, np.inf)


def paybacks(projection: Projection) -> Rows:
    """What customers have brought over their CAC, and the month of life in which they have paid
    for it, of each segment and side, (scenario, year)."""
    for side in sides(projection.company):
        if not side.marketing:
            continue
        won, cac = _won(projection, side), ratio(projection.by_year(side.marketing),
                                                 projection.by_year(side.new))
        worth = {segment: _worth(projection, side, segment) for segment in side.segments}
        whole = sum(won[segment] * np.nan_to_num(worth[segment]) for segment in side.segments)
        for who, found in {side.name: whole, **worth}.items():
            here = won[who] > 0 if who in won else sum(won.values()) > 0
            last = np.where(here, found[-1], np.nan)
            yield f"lifetime_value_to_cac.{who}", np.where(
                found[-1] == 0, np.inf, ratio(last, cac))
            paid = found >= cac * (1 - 1e-9)
            month = np.where(paid.any(axis=0), 1.0 + np.argmax(paid, axis=0), np.nan)
            # Within rounding of a month's end either month is right.
            edge = (np.abs(found - cac) <= 1e-6 * np.abs(cac)).any(axis=0)
            yield f"payback.{who}", np.where(edge | ~(found[-1] > 0), np.inf, month)


def _won(projection: Projection, side: Side) -> dict[str, np.ndarray]:
    """The share of each segment in those who were won in a year."""
    new = projection.by_year(side.new)
    return {segment: np.nan_to_num(ratio(projection.by_year(f"{side.new}.{segment}"), new))
            for segment in side.segments}


def _worth(projection: Projection, side: Side, segment: str) -> np.ndarray:
    """What one who was won in a segment has brought after each month of life, (month of life,
    scenario, year)."""
    places = side.segments if side.climbs else (segment,)
    there = _places(projection, side, segment)
    prices = [ratio(projection.by_year(f"revenue.{place}"),
                    projection.calendar.sums(projection[f"{side.billed}.{place}"]))
              for place in places]
    billed = _first_months(projection, side)
    earned = sum(np.cumsum(billed * left, axis=0)
                 * (np.nan_to_num(price) if side.climbs else price)
                 for left, price in zip(there, prices, strict=True))
    return earned * _margin(projection)


def _margin(projection: Projection) -> np.ndarray:
    """The contribution of a year with advertising left out, as a share of revenue."""
    contribution = projection.by_year("contribution")
    for line in company_module(projection.company).ADS:
        contribution = contribution + projection.by_year(line)
    return ratio(contribution, projection.by_year("revenue"))


def _rate(projection: Projection, side: Side, segment: str, name: str) -> np.ndarray:
    return projection.assumptions.yearly(f"{side.section}.{segment}.{name}").T


def _first_months(projection: Projection, side: Side) -> np.ndarray:
    """The share of each month of life that is billed, (month of life, scenario, year)."""
    shares = np.ones((LONGEST_LIFE, 1, 1))
    for month, share in enumerate(side.first_months):
        value = share if isinstance(share, float) else projection.assumptions.yearly(share).T
        shares = shares * np.ones(np.shape(value)[-2:] if np.ndim(value) else (1, 1))
        shares[month] = value
    return shares


def _places(projection: Projection, side: Side, segment: str) -> list[np.ndarray]:
    """Which share of one who was won in a segment is in each segment, by month of life."""
    months = np.arange(LONGEST_LIFE)[:, None, None]
    if not side.climbs:
        leaves = _rate(projection, side, segment, "churn")
        if not side.first_churn:
            return [(1 - leaves) ** months]
        first = _rate(projection, side, segment, side.first_churn)
        return [np.where(months > 0, (1 - first) * (1 - leaves) ** np.maximum(months - 1, 0), 1.0)]
    return list(np.moveaxis(_climb(projection, side, segment), -1, 0))


def _climb(projection: Projection, side: Side, segment: str) -> np.ndarray:
    """The shares in each segment, (month of life, scenario, year, segment)."""
    size, shape = len(side.segments), None
    later, first = [], []
    for place, name in enumerate(side.segments):
        churn = _rate(projection, side, name, "churn")
        begins = _rate(projection, side, name, side.first_churn) if side.first_churn else churn
        up = _rate(projection, side, name, "up") if place < size - 1 else 0 * churn
        down = (1 - up) * _rate(projection, side, name, "down") if place else 0 * churn
        ways = np.zeros((*churn.shape, size))
        ways[..., place] = 1 - up - down
        if place < size - 1:
            ways[..., place + 1] = up
        if place:
            ways[..., place - 1] = down
        later.append((1 - churn)[..., None] * ways)
        first.append((1 - begins)[..., None] * ways)
        shape = churn.shape
    at = np.zeros((*shape, size))
    at[..., side.segments.index(segment)] = 1
    found = [at]
    for month in range(1, LONGEST_LIFE):
        moves = first if month == 1 else later
        found.append(sum(found[-1][..., place, None] * moves[place] for place in range(size)))
    return np.array(found)
