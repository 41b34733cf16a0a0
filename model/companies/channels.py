"""Channels that win customers: marketing buys trials, of which a share pays the month after.

A part of the month, and of the texts beside it. The CAC of a channel is its marketing over those
whom it has won in the same period, so that CAC times customers is the marketing of the income
statement. A trial pays a month after its marketing: where budgets grow, the CAC is a little above
what its trials have cost, most of all in the first months of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.companies import saturation
from model.companies.glossary import Side
from model.companies.vocabulary import UNDEFINED, ratio, total


def trials(a, prev, now, channels: Iterable[str]):
    """Trials that marketing buys, and those who become paying; `a` are all assumptions."""
    for c in channels:
        now[c].marketing = a.channels[c].marketing / a.timeline.months_per_year
        now[c].trials    = now[c].marketing / saturation.price(
            a.channels[c], a.channels[c].marketing, a.channels[c].cost_per_trial)
        now[c].converted = a.channels[c].conversion * prev[c].trials
    for line in ("marketing", "trials", "converted"):
        setattr(now, line, total(now, line, channels))


def memory(prev, now, channels: Iterable[str]):
    """The trials of the month before, of which those who are won are a share."""
    now.earlier_trials = total(prev, "trials", channels)


def customer(now, channels: Iterable[str]):
    """What one customer of each channel has cost."""
    for c in channels:
        now[c].channel_cac = ratio(now[c].marketing, now[c].converted)


def life(a, won, prev, now, side: Side, channels: Iterable[str]):
    """The month of life in which a customer of the side has paid for the CAC of each channel: all
    channels win the same customers."""
    for c in channels:
        enough = won[c].channel_cac * (1 - a.timeline.share_tolerance)
        now[c].channel_paid_back = np.where(
            np.logical_and(prev[c].channel_paid_back == 0, now[side.name].worth >= enough),
            a.timeline.month_of_life, prev[c].channel_paid_back)


def kpis(now, customer, side: Side, channels: Iterable[str]):
    """CAC and payback by channel, and the share of all trials that pay."""
    for c in channels:
        now[c].cac_by_channel = ratio(now[c].marketing, now[c].converted)
        now[c].payback_by_channel = np.where(
            np.logical_and(customer[c].channel_paid_back > 0, customer[side.name].worth > 0),
            customer[c].channel_paid_back, UNDEFINED)
    now.trial_conversion = ratio(now.converted, now.earlier_trials)


def checks(a, now, channels: Iterable[str]):
    """The marketing of each channel is what its trials cost."""
    for c in channels:
        now[c].marketing_unspent = now[c].marketing - now[c].trials * saturation.price(
            a.channels[c], now[c].marketing * a.timeline.months_per_year,
            a.channels[c].cost_per_trial)
