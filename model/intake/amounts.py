"""The form in which a file writes amounts, and amounts read by it. Nothing is guessed by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from model.params.numerals import LARGEST, TOO_LARGE
from model.problems import quoted

SPACES = " \u00a0\u202f\u2009"
# What may stand between groups of three digits, by the word for it in a map.
GROUPS = {"none": "", ".": ".", ",": ",", "'": "'\u2019", "space": SPACES}
# The codes of currencies by their signs.
CODES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCY = r"(?:[$€£¥]|[A-Z]{3})"
# An amount's sign, currency and digits, in the orders in which programs write them.
_AMOUNT = re.compile(
    rf"(?P<before>[-+]?) ?(?P<code>{_CURRENCY}?) ?(?P<open>\(?)(?P<inner>[-+]?) ?"
    rf"(?P<inside>{_CURRENCY}?) ?(?P<digits>[0-9][^A-Za-z()$€£¥+-]*?|[.,][0-9]+) ?"
    rf"(?P<after>[-+]?)(?P<close>\)?) ?(?P<behind>{_CURRENCY}?)(?P<last>[-+]?)")
# Spaces that stand between no two digits, and the most characters of an amount.
_SPACES, _LONGEST = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])"), 60
_NOTHING = frozenset("-\u2013\u2014")
# The digits that a spreadsheet keeps of a number.
_DIGITS = 15


@dataclass(frozen=True)
class AmountForm:
    """The decimal sign, and the word for what groups thousands (of GROUPS)."""

    decimal: str
    thousands: str = "none"

    @cached_property
    def _digits(self) -> re.Pattern:
        groups = GROUPS[self.thousands]
        whole = rf"[0-9]{{1,3}}(?:[{re.escape(groups)}][0-9]{{3}})+|[0-9]+" if groups else "[0-9]+"
        return re.compile(rf"(?P<whole>{whole})?(?:{re.escape(self.decimal)}(?P<part>[0-9]+))?")

    def amount(self, cell: object) -> Decimal | None:
        """The amount in a cell, None for an empty one; a dash is 0. Raises ValueError with the end
        of a sentence."""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _within(Decimal(f"{cell:.{_DIGITS}g}"), cell)
        if not isinstance(cell, str):
            raise ValueError(f"{quoted(str(cell))} is no amount")
        text = cell.strip()
        if not text:
            return None
        if text in _NOTHING:
            return Decimal(0)
        match = _match(text)
        digits = match and self._digits.fullmatch(match["digits"].strip())
        if not digits or bool(match["open"]) != bool(match["close"]):
            raise ValueError(f"{quoted(text)} is no amount {self.words}")
        signs = [match[part] for part in ("before", "inner", "after", "last") if match[part]]
        if match["open"]:
            signs.append("-")
        if len(signs) > 1:
            raise ValueError(f"{quoted(text)} has two signs")
        whole = re.sub("[^0-9]", "", digits["whole"] or "0")
        number = Decimal(f"{whole}.{digits['part']}" if digits["part"] else whole)
        return _within(-number if signs == ["-"] else number, text)

    @property
    def words(self) -> str:
        """The form inside a sentence."""
        groups = {"none": "no thousands sign", "space": "a space between thousands"}.get(
            self.thousands, f"{quoted(self.thousands)} between thousands")
        return f"with the decimal sign {quoted(self.decimal)} and {groups}"


def _match(text: str) -> re.Match | None:
    """The parts of a text that may be an amount, None for one that is none in any form."""
    if len(text) > _LONGEST:
        return None
    return _AMOUNT.fullmatch(_SPACES.sub(" ", text.replace("\u2212", "-")))


def currency(cell: object) -> str | None:
    """The currency that a cell names beside its amount: a code of three letters, or None."""
    match = _match(cell.strip()) if isinstance(cell, str) else None
    code = match and (match["code"] or match["inside"] or match["behind"])
    return CODES.get(code, code) or None


def _within(number: Decimal, written: object) -> Decimal:
    if abs(number) > LARGEST:
        raise ValueError(f"{quoted(str(written))} {TOO_LARGE}")
    return number


def plain(number: Decimal) -> str:
    """An amount as files of the model have it: with a point, and not with three digits behind it,
    which may be meant to group thousands."""
    text = f"{number.normalize():f}" if number else "0"
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
