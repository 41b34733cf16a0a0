"""Who stays, leaves and moves: churn by the age of a customer, and moves between segments.

A part of the month, and of the texts on one customer. Rates are shares of last month-end's people.
Where a side says so, those who were won in the month before leave at a rate of their own, and of
those who stay a share moves up to the next segment, of the rest a share down to the one before.
"""

from __future__ import annotations

import numpy as np

from model.companies.glossary import Side
from model.companies.vocabulary import at_path, ratio, sum_of, total


def people(a, prev, now, side: Side):
    """Those of a side who leave, move and are there at month-end; who is won, the month has
    written before. `a` is the section of the segments."""
    lost = f"churned_{side.name}"
    for s in side.segments:
        there, won = getattr(prev[s], side.active), getattr(prev[s], side.new)
        setattr(now[s], lost, a[s].churn * there if side.first_churn is None else
                a[s][side.first_churn] * won + a[s].churn * (there - won))
    if side.climbs:
        moves(a, prev, now, side)
    for s in side.segments:
        there, won = getattr(prev[s], side.active), getattr(now[s], side.new)
        setattr(now[s], side.active, there + won + now[s].moved_in - getattr(now[s], lost)
                - now[s].moved_out if side.climbs else there + won - getattr(now[s], lost))
    for line in (lost, side.active):
        setattr(now, line, total(now, line, side.segments))


def moves(a, prev, now, side: Side):
    """Who moves from one segment to another. Who moves up does not move down."""
    for s in side.segments:
        now[s].staying = getattr(prev[s], side.active) - getattr(now[s], f"churned_{side.name}")
    for s in side.segments[:-1]:
        now[s].moved_up = a[s].up * now[s].staying
    for s in side.segments[1:]:
        share = a[s].down * (1 - a[s].up) if s != side.segments[-1] else a[s].down
        now[s].moved_down = share * now[s].staying
    for s in side.segments:
        now[s].moved_out = sum_of(getattr(now[s], f"moved_{way}") for way, _ in ways(side, s))
        now[s].moved_in  = sum_of(getattr(now[origin], f"moved_{way}")
                                  for origin, way in origins(side, s))
    now.moved_up   = total(now, "moved_up", side.segments[:-1])
    now.moved_down = total(now, "moved_down", side.segments[1:])


def ways(side: Side, segment: str) -> list[tuple[str, str]]:
    """The ways out of a segment, up and down, each with the segment to which it leads."""
    at = side.segments.index(segment)
    return [*(("up", to) for to in side.segments[at + 1:at + 2]),
            *(("down", to) for to in side.segments[max(at - 1, 0):at])]


def origins(side: Side, segment: str) -> list[tuple[str, str]]:
    """The segments from which people come to a segment, each with the way out of it."""
    return [(origin, way) for origin in side.segments
            for way, to in ways(side, origin) if to == segment]


# One customer ------------------------------------------------------------------------------------

def rates(a, now, side: Side, segment: str):
    """How a customer of a segment leaves, with a rate of its own after the first month: the mean
    life is that month and, for those who stay, one over the later rate."""
    section, one = at_path(a, side.section)[segment], now[segment]
    one.later_churn = section.churn
    one.first_churn = section[side.first_churn]
    one.mean_life   = ratio(1 + one.later_churn - one.first_churn, one.later_churn)
    one.churn       = np.where(one.later_churn > 0,
                               one.later_churn / (1 + one.later_churn - one.first_churn), 0)


def moving_rates(a, now, side: Side, segment: str):
    """How a customer of a segment moves to another."""
    for way, _ in ways(side, segment):
        setattr(now[segment], f"moving_{way}", at_path(a, side.section)[segment][way])


def leaving(a, won, now, side: Side, segment: str):
    """The share that leaves a segment in a month of life; nobody leaves in the first."""
    if side.first_churn is None:
        return won[segment].churn
    now[segment].leaving = np.where(a.timeline.month_of_life - 1 <= 1, won[segment].first_churn,
                                    won[segment].later_churn)
    return now[segment].leaving


def place(segment: str, within: str) -> str:
    """The name of where one who was won in a segment is: in that or another one."""
    return f"{segment}_in_{within}"


def places(a, won, prev, now, side: Side, segment: str):
    """Where one who was won in a segment is in a month of life, and what it has paid up to then:
    in each segment the price of that segment."""
    month = a.timeline.month_of_life
    for t in side.segments:
        here = now[place(segment, t)]
        here.kept = prev[place(segment, t)].left * (1 - now[t].leaving if side.first_churn
                                                    else 1 - won[t].churn)
        rest = here.kept
        for way, _ in ways(side, t):
            share = getattr(won[t], f"moving_{way}")
            setattr(here, f"left_{way}", share * rest)
            rest = here.kept - here.left_up if way == "up" else rest
    for t in side.segments:
        here = now[place(segment, t)]
        there = here.kept
        for way, _ in ways(side, t):
            there = there - getattr(here, f"left_{way}")
        for origin, way in origins(side, t):
            there = there + getattr(now[place(segment, origin)], f"left_{way}")
        here.left  = np.where(month <= 1, int(segment == t), there)
        billed     = now[side.name].billed * here.left if side.first_months else here.left
        here.lived = prev[place(segment, t)].lived + billed
    inside = [place(segment, t) for t in side.segments]
    now[segment].left   = total(now, "left", inside)
    now[segment].lived  = total(now, "lived", inside)
    now[segment].earned = sum_of(won[t].paid_a_month * now[place(segment, t)].lived
                                 for t in side.segments)
