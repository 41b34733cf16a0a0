"""Alerts on what only a marketplace has: its take rate, and sessions that nobody can serve."""

from __future__ import annotations

import numpy as np

from model.companies.profiles import profile
from model.counts import count
from model.tolerance import CENT, RELATIVE


def alerts(projection) -> list[str]:
    """Every alert on a projection, whose first scenario speaks."""
    return [*take_rate(projection), *shortage(projection)]


def take_rate(projection) -> list[str]:
    gmv = projection.by_year("gmv")[0]
    rate = np.divide(projection.by_year("commission")[0], gmv, out=np.zeros_like(gmv),
                     where=gmv > 0)
    high = profile(projection.company).high_take_rate
    return [f"A10 the take rate is above {high:.0%}, where mentors and mentees begin to settle "
            "beside the platform"] if high is not None and np.max(rate, initial=0) > high else []


def shortage(projection) -> list[str]:
    """Sessions that no mentor can serve; mentees who want them pay and stay all the same."""
    demand, supply = projection["orders_wanted"][0], projection["orders"][0]
    short = supply < (1 - RELATIVE) * demand
    if not short.any():
        return []
    share = (demand - supply)[short].sum() / demand[short].sum()
    sentence = (
        "A11 mentors cannot serve all that mentees want from "
        f"{projection.months[int(np.argmax(short))]}: in "
        f"{count(int(short.sum()), 'month')} {share:.1%} of the wanted sessions do not take place, "
        "which in this plan makes no mentee leave or stop paying")
    none = short & (supply <= 0)
    fees = projection["mentee_subscriptions"][0][none].sum()
    if fees > CENT:
        sentence += (f"; USD {fees:,.0f} of subscriptions are paid in "
                     f"{count(int(none.sum()), 'month')} without a single session, which real "
                     "mentees would not do")
    return [sentence]
