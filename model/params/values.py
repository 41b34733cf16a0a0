"""What may stand as a value in files of params, in types of pydantic.

Each type refuses a wrong value in a sentence.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Strict, StringConstraints, WithJsonSchema

from model.currency import NO_CURRENCY
from model.numerals import FORMS
from model.params.calendar import MONTH, MONTHS_PER_YEAR
from model.params.catalog import is_csv_beside
from model.params.numerals import LARGEST, NO_PERCENT, is_percent
from model.params.units import UNITS
from model.problems import HIDDEN, nearest, quoted
from model.tolerance import LEAST

SOURCE_KINDS = ("published", "derived", "records", "benchmark", "decision", "calibrated",
                "estimate")
# The kinds that rest on printed figures.
EVIDENCE = ("published", "derived")
_YEAR = "[0-9]{4}"


class _Fault(ValueError):
    """What is wrong with a value, as the end of a sentence; pydantic passes it on unchanged."""


def _quote(value: Any) -> str:
    return "nothing" if value is None else quoted(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Fault(f"is {_quote(value)}, but needs a text; put it in quotes")
    if not value.strip():
        raise _Fault("is empty; write a text")
    if sign := HIDDEN.search(value.strip()):
        raise _Fault(f"holds a control character (U+{ord(sign[0]):04X}); retype it on one line")
    return " ".join(value.split())


def _number(value: Any) -> float:
    if isinstance(value, str) and is_percent(value):
        raise _Fault(f"{quoted(value)} {NO_PERCENT}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Fault(f"{_quote(value)} is not a number; write digits with a point, without quotes, "
                     "units or thousands separators")
    if not abs(value) < float("inf"):
        raise _Fault(f"{value} is not a number that money can be; type a finite one")
    if 0 < abs(value) < LEAST:
        raise _Fault(f"{value} is too small to be told from 0; type 0, or at least {LEAST}")
    try:
        return float(value)
    except OverflowError:
        raise _Fault("has more digits than a number can have; type fewer") from None


def _amounts(value: Any) -> float | dict[str, float]:
    """A number, or numbers by year (2026) and month (2026-03)."""
    if not isinstance(value, dict):
        return _number(value)
    for key, item in value.items():
        if item is None and re.fullmatch(r"[0-9-]+:.+", str(key)):
            raise _Fault(f"holds {quoted(str(key))}; put a space after the colon")
        if re.fullmatch(r"[a-z]\w*", str(key)):
            raise _Fault(f"holds the name {quoted(str(key))}; write a change as one dotted "
                         "path, mentees.cac: 90")
    if not value or None in map(_time_form, value):
        raise _Fault(f"is {quoted(value)}, but needs a number, or numbers by year or month "
                     "{2026: 500, 2026-07: 550}, not a mixture with anything else")
    return _each(value)


def _each(value: dict) -> dict[str, float]:
    """The number of each key. Raises _Fault with all that are none."""
    numbers, faults = {}, []
    for key, item in value.items():
        try:
            numbers[str(key)] = _number(item)
        except _Fault as fault:
            faults.append(f"{key}: {fault}")
    if faults:
        raise _Fault(", and ".join(faults))
    return numbers


# By this name an assumption has the weights of its season, and a change sets them.
SEASON = "season"
# The weights of no season.
EVEN = (1.0,) * MONTHS_PER_YEAR


def _season(value: Any) -> tuple[float, ...]:
    """Twelve weights, January first, from a list, or from those of some months by number: the
    other months weigh 1."""
    if isinstance(value, list | tuple) and len(value) == len(_MONTHS):
        value = dict(zip(_MONTHS, value, strict=True))
    if not _by_number(value):
        raise _Fault(f"is {_quote(value)}, but a season is twelve weights, January first, or those "
                     "of some months by number, {9: 10, 10: 10}; the others weigh 1")
    weights = dict.fromkeys(_MONTHS, 1.0) | _each(value)
    for month, weight in weights.items():
        if weight < 0:
            raise _Fault(f"says that month {month} weighs {weight:g}; type 0 or more")
        if weight > MOST_WEIGHT:
            raise _Fault(f"says that month {month} weighs {weight:g}; type at most "
                         f"{MOST_WEIGHT:g}, as only the proportions count")
    if not any(weights.values()):
        raise _Fault("says that all weights are 0; type at least one above 0")
    return tuple(weights.values())


_MONTHS = tuple(map(str, range(1, MONTHS_PER_YEAR + 1)))
# The most that a month of a season can weigh.
MOST_WEIGHT = 1e6


def _by_number(value: Any) -> bool:
    """Whether a value is a mapping of months by number, 1 to 12."""
    return isinstance(value, dict) and bool(value) and {*map(str, value)} <= {*_MONTHS}


def _change(value: Any) -> float | dict[str, float] | tuple[float, ...]:
    """Amounts, or the weights of a season."""
    return _season(value) if isinstance(value, list | tuple) or _by_number(value) else (
        _amounts(value))


def _time_form(key: object) -> str | None:
    """`year` or `month` for a key that is one."""
    text = str(key)
    if re.fullmatch(_YEAR, text):
        return "year"
    return "month" if MONTH.fullmatch(text) else None


def _numbers(value: Any) -> float | tuple[float, ...]:
    """A number, or a list of them, one a week or a cohort."""
    if not isinstance(value, list | tuple):
        return _number(value)
    if not value:
        raise _Fault("is an empty list; write the numbers")
    return tuple(map(_number, value))


def _span(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise _Fault(f"is {quoted(value)}, but needs two numbers, [low, high]")
    low, high = map(_number, value)
    if low > high:
        raise _Fault(f"runs from {low:g} down to {high:g}; write the low end first")
    return low, high


def _pair(value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2 or not all(
            isinstance(path, str) for path in value):
        raise _Fault(f"is {_quote(value)}, but needs two assumptions, [mentees.cac, "
                     "mentors.cac]")
    if value[0] == value[1]:
        raise _Fault(f"names {quoted(value[0])} twice; name two assumptions")
    return tuple(value)


def _rank(value: Any) -> float:
    rank = _number(value)
    if not -1 <= rank <= 1:
        raise _Fault(f"is {rank:g}, but a rank correlation lies from -1 to 1; type one within")
    return rank


def _from_to(low: float, high: float, what: str) -> BeforeValidator:
    """Numbers from low to high, which a sentence calls `what`."""
    def check(value: Any) -> float:
        number = _number(value)
        if not low <= number <= high:
            raise _Fault(f"is {number:g}, but {what} lies from {low:g} to {high:g}; type one "
                         "within")
        return number
    return BeforeValidator(check)


def _unit(value: Any) -> str:
    if not isinstance(value, str) or value not in UNITS:
        units = f"units: {', '.join(UNITS)}."
        raise _Fault(f"{quoted(value)} is not a unit of this model; "
                     f"{nearest(value, UNITS, lists=units)} What is counted anew is named once, "
                     "under people or things in the company's glossary.yaml")
    return value


def _source(value: Any) -> str:
    text = _text(value)
    kind, _, words = text.partition(":")
    if kind not in SOURCE_KINDS or not words.strip():
        raise _Fault(f"is {quoted(text)}, but must begin with one of {', '.join(SOURCE_KINDS)}, a "
                     "colon, and say which or why")
    return text


def _print(value: Any) -> str:
    if isinstance(value, bool | float):
        raise _Fault("needs quotes, so that it stays as it was printed")
    return _text(str(value) if isinstance(value, int) else value)


def _years(value: Any) -> tuple[int, ...]:
    """One calendar year, or several in order."""
    years = value if isinstance(value, list) else [value]
    if not years or not all(type(year) is int and 1900 <= year < 2100 for year in years):
        raise _Fault(f"is {_quote(value)}, but must be a calendar year, 2026, or several, "
                     "[2026, 2030]")
    if sorted(set(years)) != years:
        raise _Fault(f"is {quoted(value)}; write each year once, the earliest first")
    return tuple(years)


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value) or value == NO_CURRENCY:
        raise _Fault(f"is {quoted(value)}, but must be the code of a currency, three capital "
                     "letters such as USD or EUR")
    return value


def _numerals(value: Any) -> str:
    if value not in FORMS:
        raise _Fault(f"is {_quote(value)}, but must be an example, in quotes, of the form in which "
                     "pages show numbers: " + " or ".join(f'"{form}"' for form in FORMS))
    return value


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _Fault(f"is {quoted(value)}, but must be a date such as 2026-01-31") from None


def _month(value: Any) -> str:
    if not isinstance(value, str) or not MONTH.fullmatch(value):
        raise _Fault(f"is {quoted(value)}, but must be a month such as 2026-01")
    return value


def _whole(low: int, high: int, fault: str) -> BeforeValidator:
    """Whole numbers from low to high; {} in the fault stands for another value."""
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _Fault(fault.format(_quote(value)))
        return value
    return BeforeValidator(check)


def _actuals_name(value: Any) -> str:
    if not is_csv_beside(value):
        raise _Fault(f"is {quoted(value)}, but must be the plain name of a CSV file in the "
                     "company's folder of params, such as actuals.csv or "
                     "examples/made_up.csv")
    return value


_MAX = StringConstraints(max_length=600)
# What editors are told beside each type, as far as JSON Schema can say it.
_TEXT, _NUMBER = {"type": "string", "pattern": r"\S"}, {"type": "number"}
_NUMBERS = {"type": "array", "items": _NUMBER, "minItems": 1}


def _schema(*kinds: dict, about: str = "") -> WithJsonSchema:
    """What an editor is told of a type: one of some kinds of value, and what it means."""
    one = kinds[0] if len(kinds) == 1 else {"anyOf": list(kinds)}
    return WithJsonSchema({**one, "description": about} if about else one)


def _whole_number(least: int, most: int) -> dict:
    return {"type": "integer", "minimum": least, "maximum": most}


def amounts_over_time(amount: dict) -> dict:
    """The JSON Schema of amounts by year or month, of which each is as it says."""
    return {"type": "object", "minProperties": 1, "additionalProperties": False,
            "patternProperties": {f"^({_YEAR}|{MONTH.pattern})$": amount}}


_WEIGHT = {"type": "number", "minimum": 0, "maximum": MOST_WEIGHT}
_SEASONS = ({"type": "array", "items": _WEIGHT, "minItems": 12, "maxItems": 12},
            {"type": "object", "minProperties": 1, "additionalProperties": False,
             "patternProperties": {"^([1-9]|1[0-2])$": _WEIGHT}})
_ONE_YEAR = _whole_number(1900, 2099)

Text = Annotated[str, BeforeValidator(_text), _MAX, _schema({**_TEXT, "maxLength": 600})]
Label = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=80),
                  _schema({**_TEXT, "maxLength": 80})]
Source = Annotated[str, BeforeValidator(_source), _MAX, _schema(
    {"type": "string", "maxLength": 600, "pattern": rf"^\s*({'|'.join(SOURCE_KINDS)}):[\s\S]*\S"},
    about=f"One of {', '.join(SOURCE_KINDS)}, a colon, and which or why.")]
Printed = Annotated[str, BeforeValidator(_print), _MAX, _schema(
    {**_TEXT, "maxLength": 600}, {"type": "integer"},
    about="The figure as its publisher printed it, in quotes.")]
Years = Annotated[tuple[int, ...], BeforeValidator(_years), _schema(
    _ONE_YEAR, {"type": "array", "items": _ONE_YEAR, "minItems": 1, "uniqueItems": True})]
Unit = Annotated[str, BeforeValidator(_unit), _schema(
    {"enum": list(UNITS)}, about="Fractions, not percent: 5% is 0.05.")]
Amounts = Annotated[float | dict[str, float], BeforeValidator(_amounts), _schema(
    _NUMBER, amounts_over_time(_NUMBER),
    about="One number, or numbers by year or month, {2026: 100, 2026-07: 110}.")]
Season = Annotated[tuple[float, ...], BeforeValidator(_season), _schema(
    *_SEASONS, about="The weights of twelve months, January first, or of some, {9: 10, 10: 10}; "
                     "the others weigh 1.")]
Change = Annotated[float | dict[str, float] | tuple[float, ...], BeforeValidator(_change), _schema(
    _NUMBER, amounts_over_time(_NUMBER), *_SEASONS)]
Number = Annotated[float, BeforeValidator(_number), _schema(_NUMBER)]
Numbers = Annotated[float | tuple[float, ...], BeforeValidator(_numbers), _schema(
    _NUMBER, _NUMBERS)]
Span = Annotated[tuple[float, float], BeforeValidator(_span), _schema(
    {**_NUMBERS, "minItems": 2, "maxItems": 2},
    about="What is plausible, [low, high]: of one number in its own unit, of values over time as "
          "factors on all of them.")]
Pair = Annotated[tuple[str, str], BeforeValidator(_pair), _schema(
    {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2,
     "uniqueItems": True}, about="The paths of two assumptions.")]
Rank = Annotated[float, BeforeValidator(_rank), _schema(
    {"type": "number", "minimum": -1, "maximum": 1},
    about="Spearman's rank correlation: 1 always high together, -1 one high where the other is "
          "low, 0 independent.")]
Worth = Annotated[float, _from_to(1, LARGEST, "a value in money"), _schema(
    {"type": "number", "minimum": 1})]
Limit = Annotated[float, _from_to(LEAST, LARGEST, "a limit"), _schema(
    {"type": "number", "minimum": LEAST})]
Level = Annotated[float, _from_to(-LARGEST, LARGEST, "the level of a line"), _schema(
    {"type": "number"})]
Discount = Annotated[float, _from_to(0, 0.9, "a discount as a fraction"), _schema(
    {"type": "number", "minimum": 0, "maximum": 0.9}, about="0.2 is 20% below the round's price.")]
Interest = Annotated[float, _from_to(0, 1, "interest a year as a fraction"), _schema(
    {"type": "number", "minimum": 0, "maximum": 1}, about="0.08 is 8% a year, simple.")]
Month = Annotated[str, BeforeValidator(_month), _schema(
    {"type": "string", "pattern": f"^{MONTH.pattern}$"})]
Day = Annotated[str, BeforeValidator(_day), _schema(
    {"type": "string", "pattern": f"^{MONTH.pattern}-[0-9]{{2}}$"})]
Currency = Annotated[str, BeforeValidator(_currency), _schema(
    {"type": "string", "pattern": "^[A-Z]{3}$"})]
Numerals = Annotated[str, BeforeValidator(_numerals), _schema(
    {"enum": list(FORMS)}, about="The form in which pages show numbers, by an example. What is "
                                 "typed, commands and files keep 1,234.5.")]
Delay = Annotated[int, _whole(
    1, 120, "{} is not a number of months; a delay is a whole number from 1 to 120"), _schema(
        _whole_number(1, 120), about="The months by which all of a path comes later.")]
ActualsName = Annotated[str, BeforeValidator(_actuals_name), _schema(
    {"type": "string", "pattern": r"\.csv$"},
    about="A CSV file in the company's folder of params.")]
Whole = Annotated[int, Strict()]
Horizon = Annotated[int, _whole(12, 120, "is {}, but a plan has 12 to 120 months; type a whole "
                                         "number of months, 60 for five years"),
                    _schema(_whole_number(12, 120))]
MonthOfYear = Annotated[int, _whole(1, 12, "is {}, but must be the month with which a year begins, "
                                           "from 1 (January) to 12 (December)"),
                        _schema(_whole_number(1, 12))]
Confidence = Literal["high", "medium", "low"]
# How readers see it: the word alone would read as a promise about the company.
CONFIDENCE = "Confidence in source"
CONFIDENCE_MEANS = ("Confidence in source says how surely a figure was taken from where it comes "
                    "from, and is low where nothing is published; it does not say how likely the "
                    "company is to reach it.")


def form(value: float | dict[str, float]) -> str:
    """`constant` for a number, `year` for numbers by year, `month` where any is by month."""
    if not isinstance(value, dict):
        return "constant"
    return "month" if "month" in map(_time_form, value) else "year"
