"""How shares and differences of a comparison are written: one way for findings, table and page."""

from __future__ import annotations

from model.views.formats import MINUS, format_value

UNDEFINED = "undefined"


def percent(value: float | None, digits: int | None = None) -> str:
    """A share: `41.5%`; `undefined` where there is none. `digits` fixes how many decimals it has,
    where it stands beside a limit that is near."""
    if value is None:
        return UNDEFINED
    if digits is None:
        return format_value(value, "fraction")
    return f"{100 * value:.{digits}f}%".replace("-", MINUS)


def signed(value: float | None, unit: str = "learners") -> str:
    """A difference with its sign: `+9.6`, `−1.2 points` for a difference of shares. What is below
    one has two decimals, so that it is not written as none."""
    if value is None:
        return UNDEFINED
    amount = 100 * value if unit == "fraction" else value
    if unit == "USD":
        text = format_value(abs(value), unit)
    else:
        text = f"{abs(amount):,.2f}" if 0 < abs(amount) < 0.995 else f"{abs(amount):,.1f}"
    text += " points" if unit == "fraction" else ""
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+") + text


def interval(found: dict, unit: str = "learners") -> str:
    """A mean with its 95% interval: `+9.6 (+7.9 to +11.2)`."""
    if found["mean"] is None:
        return UNDEFINED
    if found["low"] is None or found["high"] is None:
        return f"{signed(found['mean'], unit)} (no interval)"
    low = signed(found["low"], unit).removesuffix(" points")
    high = signed(found["high"], unit).removesuffix(" points")
    return f"{signed(found['mean'], unit)} ({low} to {high})"
