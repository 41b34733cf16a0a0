"""What the number format of a cell in a workbook shows beside its number: a percent sign, or a
currency."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from model.intake.amounts import CODES

# What stands in a format as it is: in quotes, behind a backslash, as room (_), fill (*) or in
# brackets, which hold a currency, a color or a condition.
_AS_IT_IS = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
_DIGIT = re.compile("[0#?]|General")
_CODE = re.compile("[A-Z]{3}")


@lru_cache(maxsize=256)
def percent(form: str) -> Decimal | None:
    """By what a number that is shown with a percent sign is multiplied to be a fraction; None where
    no sign is shown. A sign in quotes stands behind the number as it is. Raises ValueError for a
    format that shows one to some numbers only."""
    # Zero, which the third section shows, is the same in percent.
    signs = {(Decimal(1) if "%" in bare else Decimal("0.01") if "%" in section else None)
             for section, bare in _sections(form)[:2]}
    if len(signs) > 1:
        raise ValueError
    return signs.pop() if signs else None


@lru_cache(maxsize=256)
def currency(form: str) -> str | None:
    """The code of the currency that is shown, or None."""
    bracketed = re.findall(r"\[\$([^\]-]+)", form)
    # Room as wide as a sign shows none.
    bare = re.sub(r"\[[^\]]*\]|[_*].", "", form)
    signs = [sign for sign in CODES if sign in bare]
    return next((CODES.get(own, own) for own in (*bracketed, *signs)
                 if own in CODES or _CODE.fullmatch(own)), None)


def _sections(form: str) -> list[tuple[str, str]]:
    """The sections of a format that show numbers, each whole and without what stands as it is."""
    parts = [""]
    at = 0
    for match in re.finditer(rf"{_AS_IT_IS.pattern}|;", form):
        parts[-1] += form[at:match.start()]
        at = match.end()
        if match[0] == ";":
            parts.append("")
        else:
            parts[-1] += match[0]
    parts[-1] += form[at:]
    bare = [_AS_IT_IS.sub("", part) for part in parts]
    return [pair for pair in zip(parts, bare, strict=True) if _DIGIT.search(pair[1])]
