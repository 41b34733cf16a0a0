"""What an assumption, a header and a scenario consist of, in types of pydantic.

Each type refuses a wrong value in a sentence, and each model a key that it does not name.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Strict, StringConstraints, ValidationError

from model.params.catalog import is_csv_beside
from model.params.numerals import NO_PERCENT, is_percent
from model.params.quantities import UNITS
from model.params.yaml_file import ParamsFile
from model.problems import HIDDEN, Problem, nearest, quoted
from model.tolerance import LEAST

SOURCE_KINDS = ("published", "derived", "benchmark", "decision", "calibrated", "estimate")
# The kinds that rest on printed figures.
EVIDENCE = ("published", "derived")
_UNITS = f"units: {', '.join(UNITS)}."


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
    """A number, or numbers by year (2026) or by month (2026-03)."""
    if not isinstance(value, dict):
        return _number(value)
    for key, item in value.items():
        if item is None and re.fullmatch(r"[0-9-]+:.+", str(key)):
            raise _Fault(f"holds {quoted(str(key))}; put a space after the colon")
        if re.fullmatch(r"[a-z]\w*", str(key)):
            raise _Fault(f"holds the name {quoted(str(key))}; write a change as one dotted "
                         "path, mentees.cac: 90")
    forms = {_time_form(key) for key in value}
    if not value or None in forms or len(forms) > 1:
        raise _Fault(f"is {quoted(value)}, but needs a number, or numbers by year "
                     "{2026: 500}, or dated amounts {2026-03: 45000}, not a mixture")
    amounts, faults = {}, []
    for key, item in value.items():
        try:
            amounts[str(key)] = _number(item)
        except _Fault as fault:
            faults.append(f"{key}: {fault}")
    if faults:
        raise _Fault(", and ".join(faults))
    return amounts


def _time_form(key: object) -> str | None:
    """`year` or `month` for a key that is one."""
    text = str(key)
    if re.fullmatch(r"[0-9]{4}", text):
        return "year"
    return "month" if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) else None


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


def _unit(value: Any) -> str:
    if not isinstance(value, str) or value not in UNITS:
        raise _Fault(f"{quoted(value)} is not a unit of this model; "
                     f"{nearest(value, UNITS, lists=_UNITS)} A new unit is made in "
                     "model/params/quantities.py and, where it counts something new, in "
                     "model/engine/units.py")
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


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _Fault(f"is {quoted(value)}, but must be a date such as 2026-01-31") from None


def _month(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", value):
        raise _Fault(f"is {quoted(value)}, but must be a month such as 2026-01")
    return value


def _horizon(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 12 <= value <= 120:
        raise _Fault(f"is {_quote(value)}, but a plan has 12 to 120 months; type a whole number of "
                     "months, 60 for five years")
    return value


def _month_of_year(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 12:
        raise _Fault(f"is {_quote(value)}, but must be the month with which a year begins, from 1 "
                     "(January) to 12 (December)")
    return value


def _delay(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 120:
        raise _Fault(f"{quoted(value)} is not a number of months; a delay is a whole number from "
                     "1 to 120")
    return value


def _actuals_name(value: Any) -> str:
    if not is_csv_beside(value):
        raise _Fault(f"is {quoted(value)}, but must be the plain name of a CSV file in the "
                     "company's folder of params, such as actuals.csv or "
                     "examples/made_up.csv")
    return value


_MAX = StringConstraints(max_length=600)
Text = Annotated[str, BeforeValidator(_text), _MAX]
Label = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=80)]
Source = Annotated[str, BeforeValidator(_source), _MAX]
Printed = Annotated[str, BeforeValidator(_print), _MAX]
Years = Annotated[tuple[int, ...], BeforeValidator(_years)]
Unit = Annotated[str, BeforeValidator(_unit)]
Amounts = Annotated[float | dict[str, float], BeforeValidator(_amounts)]
Numbers = Annotated[float | tuple[float, ...], BeforeValidator(_numbers)]
Span = Annotated[tuple[float, float], BeforeValidator(_span)]
Month = Annotated[str, BeforeValidator(_month)]
Day = Annotated[str, BeforeValidator(_day)]
Delay = Annotated[int, BeforeValidator(_delay)]
ActualsName = Annotated[str, BeforeValidator(_actuals_name)]
Whole = Annotated[int, Strict()]
Horizon = Annotated[int, BeforeValidator(_horizon)]
MonthOfYear = Annotated[int, BeforeValidator(_month_of_year)]
Confidence = Literal["high", "medium", "low"]
# How readers see it: the word alone would read as a promise about the company.
CONFIDENCE = "Confidence in source"
CONFIDENCE_MEANS = ("Confidence in source says how surely a figure was taken from where it comes "
                    "from, and is low where nothing is published; it does not say how likely the "
                    "company is to reach it.")


def form(value: float | dict[str, float]) -> str:
    """`constant` for a number, `year` for numbers by year, `month` for dated amounts."""
    return _time_form(next(iter(value))) if isinstance(value, dict) else "constant"


class Closed(BaseModel):
    """A mapping that may hold only the keys that it names."""

    model_config = {"extra": "forbid", "frozen": True}

    # Values in the place of faulty ones, so that the values beside them are still checked.
    STAND_INS: ClassVar[dict[str, Any]] = {}


class Entry(Closed):
    """One assumption in base.yaml. `printed_for` are the years whose values are printed or follow
    from printed figures; the others are carried on by whoever made the plan."""

    STAND_INS = {"label": "?", "range": [1, 1], "source": "estimate: ?", "confidence": "low"}

    label: Label
    unit: Unit
    value: Amounts
    range: Span
    source: Source
    confidence: Confidence
    printed: Printed | None = None
    printed_for: Years = ()
    note: Text | None = None
    between: Literal["linear", "step", "geometric"] = "step"
    distribution: Literal["triangular", "uniform"] = "triangular"

    @property
    def form(self) -> str:
        """How the value is given: `constant`, `year` or `month` (dated amounts)."""
        return form(self.value)

    @property
    def shown_unit(self) -> str:
        """The unit as readers see it, without the word for what must be above 0 or may be below."""
        return self.unit.removeprefix("divisor ").removeprefix("signed ")

    @property
    def kind(self) -> str:
        """The first word of the source: published, derived, …"""
        return self.source.partition(":")[0]

    @property
    def value_years(self) -> frozenset[int]:
        """The years that the value names; none for one number."""
        times = () if self.form == "constant" else self.value
        return frozenset(int(time[:4]) for time in times)


class Header(Closed):
    """The head of base.yaml; `about` says what the company sells, to whom and how it earns. A year
    of the company begins with the month `year_starts`, and is named after the calendar year in
    which it ends or starts; reports may show years from another month, `report_years_from`."""

    STAND_INS = {"title": "?", "currency": "USD", "as_of": "2000-01-01", "assumptions": {}}

    title: Label
    currency: Literal["USD"]
    start: Month
    months: Horizon
    year_starts: MonthOfYear = 1
    year_named: Literal["end", "start"] = "end"
    report_years_from: MonthOfYear | None = None
    as_of: Day
    about: Text = ""
    assumptions: dict


class Scenario(Closed):
    """A scenario file: its title, why it exists, and what differs from base. `actuals` names a file
    of actuals other than the company's actuals.csv."""

    STAND_INS = {"title": "?", "why": "?"}

    title: Label
    why: Text
    changes: dict[str, Amounts] = {}
    extends: str | None = None
    delay: dict[str, Delay] = {}
    actuals: ActualsName | None = None


def validate(model: type[Closed], content: object, file: ParamsFile, at: tuple = (),
             *, name: str) -> tuple[Any, list[Problem]]:
    """Content as an instance of a model, and what is wrong with it, by line of the file. An
    instance of faulty content holds the rest of it; it is None if too little is left. `at` is the
    path of keys to the content, and `name` what a sentence calls it."""
    if not isinstance(content, dict):
        return None, [Problem(file.where(*at), f"{name} must be a mapping of keys to values.")]
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        errors = error.errors()
        return _rest(model, content, errors), [_problem(model, each, file, at, name)
                                               for each in errors]


def _rest(model: type[Closed], content: dict, errors: list[dict]) -> Any:
    rest = {key: dict(value) if isinstance(value, dict) else value
            for key, value in content.items()}
    for error in errors:
        key, *inner = error["loc"]
        if inner:
            rest[key].pop(inner[0], None)
        else:
            rest.pop(key, None)
    try:
        return model.model_validate(model.STAND_INS | rest)
    except ValidationError:
        return None


_SHAPES = {
    "string_type": "it must be a text",
    "int_type": "it must be a whole number",
    "dict_type": "it must be a mapping of names to values",
}


def _problem(model: type[Closed], error: dict, file: ParamsFile, at: tuple, name: str) -> Problem:
    keys = error["loc"]
    path = ".".join(map(str, keys))
    match error["type"]:
        case "missing":
            what = f"{name} has no '{path}'; add it."
        case "extra_forbidden":
            what = f"{name} has an unknown key {quoted(path)}; {nearest(path, model.model_fields)}"
        case "literal_error":
            what = (f"{name}: {path} is {quoted(error['input'])}; it must be "
                    f"{error['ctx']['expected']}.")
        case "value_error":
            what = f"{name}: {path} {error['ctx']['error']!s}."
        case "too_long" | "string_too_long":
            what = (f"{name}: {path} is longer than {error['ctx']['max_length']} characters; "
                    "shorten it.")
        case kind:
            shape = _SHAPES.get(kind, error["msg"].lower())
            what = f"{name}: {path} is {quoted(error['input'])}, but {shape}."
    return Problem(file.where(*at, *keys), what)
