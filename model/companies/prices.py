"""Prices that old customers keep: what recurs as a balance of each segment.

A part of the month, and of the texts beside it. Who comes pays today's price; who leaves, or moves
to another segment, takes the mean price of those who were there. When a price changes, those who
stay follow it by a share. So what recurs changes by what is won, lost, expanded and contracted,
from which the retention of revenue follows.
"""

from __future__ import annotations

import numpy as np

from model.companies.glossary import Side
from model.companies.retention import ways
from model.companies.vocabulary import (
    QUARTER,
    UNDEFINED,
    YEAR,
    at_path,
    part,
    sum_of,
    total,
)


def of_both_plans(a, rates):
    """What those who pay by the month, and those who pay a year ahead, add to the mean price of a
    month; `rates` are the assumptions of their segment."""
    ahead = a.terms.prepaid_share
    return ((1 - ahead) * rates.monthly_price,
            ahead * rates.yearly_price / a.timeline.months_per_year)


def prices(a, now, side: Side):
    """The price of today by segment, and what part of it is paid a year ahead."""
    for s in side.segments:
        monthly, yearly = of_both_plans(a, at_path(a, side.section)[s])
        now[s].yearly_price = yearly
        now[s].list_price   = monthly + now[s].yearly_price
        now[s].yearly_part  = now[s].yearly_price / np.where(now[s].list_price > 0,
                                                             now[s].list_price, 1)


def subscriptions(a, prev, now, side: Side):
    """What recurs of each segment, and what has changed it in the month. The month has written
    the list price before, and who comes, leaves and moves."""
    for s in side.segments:
        one, before = now[s], prev[s]
        there                  = getattr(before, side.active)
        one.price_paid         = (np.maximum(before.subscriptions, 0)
                                  / np.where(there > 0, there, 1))
        one.new_subscriptions  = one.list_price * getattr(one, side.new)
        one.lost_subscriptions = one.price_paid * getattr(one, f"churned_{side.name}")
        price_change(a, before, one, one.staying - one.moved_out if side.climbs else
                     there - getattr(one, f"churned_{side.name}"))
    for s in side.segments:
        expansion(now, side, s)
    for s in side.segments:
        one = now[s]
        came = prev[s].subscriptions + one.new_subscriptions + one.price_rises
        gone = one.lost_subscriptions + one.price_cuts
        if side.climbs:
            one.subscriptions_in  = one.list_price * one.moved_in
            one.subscriptions_out = one.price_paid * one.moved_out
            came, gone = came + one.subscriptions_in, gone + one.subscriptions_out
        one.subscriptions = came - gone
    for line in ("new_subscriptions", "lost_subscriptions", "expansion", "contraction",
                 "subscriptions"):
        setattr(now, line, total(now, line, side.segments))


def price_change(a, before, one, staying):
    """What those who stay in a segment pay more or less, as its price has changed."""
    one.price_change = np.where(a.timeline.month > 1, one.list_price - before.list_price, 0)
    one.price_effect = a.pricing.followed * one.price_change * staying
    one.price_rises  = np.maximum(one.price_effect, 0)
    one.price_cuts   = np.maximum(np.minimum(-one.price_effect, one.price_paid * staying), 0)


def expansion(now, side: Side, segment: str):
    """What those of last month-end who stay, wherever they move, pay more and less."""
    one = now[segment]
    for way, to in ways(side, segment) if side.climbs else ():
        setattr(one, f"effect_{way}", getattr(one, f"moved_{way}")
                * (now[to].list_price - one.price_paid))
    effects = [getattr(one, f"effect_{way}") for way, _ in ways(side, segment)
               if side.climbs]
    one.expansion   = sum_of([one.price_rises, *(np.maximum(each, 0) for each in effects)])
    one.contraction = sum_of([one.price_cuts, *(np.maximum(-each, 0) for each in effects)])


def opening(a, now, side: Side):
    """What recurs of those who are there when the first month begins, at its prices."""
    for s in side.segments:
        monthly, yearly = of_both_plans(a, at_path(a, side.section)[s])
        now[s].subscriptions = (monthly + yearly) * getattr(now[s], side.active)
    now.subscriptions = total(now, "subscriptions", side.segments)


def memory(a, prev, now):
    """What share of what recurred is left a month later, and twelve months later: the product of
    the months."""
    year = a.timeline.months_per_year * a.timeline.one_year
    now.subscriptions_at_start = prev.subscriptions
    now.gross_left = now.subscriptions_at_start - now.lost_subscriptions - now.contraction
    net_left = now.gross_left + now.expansion
    for name, left in (("gross_kept", now.gross_left), ("net_kept", net_left)):
        setattr(now, name, part(left, now.subscriptions_at_start))
        setattr(now, f"{name}_of_quarter", getattr(now, name) * getattr(prev, name)
                * getattr(prev.ago(2), name))
        quarters = getattr(now, f"{name}_of_quarter")
        for months in range(QUARTER, YEAR, QUARTER):
            quarters = quarters * getattr(prev.ago(months), f"{name}_of_quarter")
        setattr(now, f"{name}_of_year", quarters)
    now.subscriptions_year_before = np.where(a.timeline.month >= year,
                                             prev.ago(YEAR).subscriptions, 0)


def kpis(now):
    """The retention of recurring revenue over twelve months."""
    for name in ("gross", "net"):
        setattr(now, f"{name}_revenue_retention", np.where(
            now.subscriptions_year_before > 0, getattr(now, f"{name}_kept_of_year"), UNDEFINED))


def checks(prev, now):
    """What recurs changes by what is won, lost, expanded and contracted."""
    now.subscriptions_unexplained = (now.subscriptions - prev.subscriptions - (
        now.new_subscriptions + now.expansion - now.lost_subscriptions - now.contraction))
