"""Money that becomes shares in a later round: SAFEs and convertible notes.

The price at which it does is the lower of two. One is the round's price less a discount. The other
is the cap over the shares that count for it: of a SAFE (post-money, as Y Combinator's of 2018) all
shares before the round's money, with all that converts but without what the pool is raised by; of a
note (pre-money) the shares that were there before anything converts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

# So much more is tried at each step for the shares after a round, up to so many times those before.
_STEP, _MOST = 1.05, 1e6


@dataclass(frozen=True)
class Convertible:
    """What a holder paid, and is owed with interest up to the round; a cap or none [USD], and a
    discount."""

    holder: str
    paid: float
    owed: float
    cap: float | None
    discount: float
    post_money: bool

    def discounted(self, price: float) -> float:
        """The shares that its discount gives at a round's price."""
        return self.owed / (price * (1 - self.discount))

    def capped(self, shares: float) -> float:
        """The shares that its cap gives, where so many count for it; none without a cap."""
        return self.owed / self.cap * shares if self.cap else 0.0


def conversions(every: Sequence[Convertible], price: float, today: float) -> np.ndarray | None:
    """The shares that each becomes at a price, where there are `today` before; None where caps
    would leave nobody else any."""
    # The caps that count what converts: those that give more than a discount, found one after the
    # other, as each makes more shares for the others.
    chosen: set[int] = set()
    while True:
        part = sum(every[number].capped(1.0) for number in chosen)
        if part >= 1:
            return None
        fixed = sum(max(each.discounted(price), 0.0 if each.post_money else each.capped(today))
                    for number, each in enumerate(every) if number not in chosen)
        before = (today + fixed) / (1 - part)
        better = {number for number, each in enumerate(every)
                  if each.post_money and each.capped(before) > each.discounted(price)}
        if better <= chosen:
            return np.array([max(each.discounted(price),
                                 each.capped(before if each.post_money else today))
                             for each in every])
        chosen |= better


@dataclass(frozen=True)
class Conversion:
    """The shares that a round makes: those of each convertible, of the pool, and for the money."""

    converted: Mapping[str, float]
    pool: float
    new: float


def converted(every: Sequence[Convertible], pre_money: float, amount: float, today: float,
              pool_today: float, pool: float) -> Conversion | None:
    """What becomes of convertibles in a round of an `amount` at a value before it, which counts all
    that converts and what the pool, a share `pool` of all shares after, lacks. None where that
    leaves those who own the company nothing."""
    post_money = pre_money + amount

    def beyond(after: float) -> float:
        """By how much shares after the round exceed those that it would make."""
        found = conversions(every, post_money / after, today)
        if found is None:
            return -after
        return (after * pre_money / post_money - today - float(found.sum())
                - max(pool * after - pool_today, 0.0))
    low = high = today * post_money / pre_money
    while beyond(high) < 0:
        low, high = high, high * _STEP
        if high > _MOST * today:
            return None
    after = high if low == high else float(brentq(beyond, low, high, xtol=1e-12 * low,
                                                  rtol=1e-14))
    shares = conversions(every, post_money / after, today)
    return Conversion(
        {each.holder: float(made) for each, made in zip(every, shares, strict=True)},
        max(pool * after - pool_today, 0.0), after * amount / post_money)
