"""What an assumption, a file header and a scenario consist of; the keys are closed (pydantic)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from model.params_file import ParamsFile
from model.problems import Problem, nearest, quoted
from model.quantities import UNITS

SOURCE_KINDS = ("published", "derived", "benchmark", "decision", "calibrated", "estimate")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


class _Said(ValueError):
    """A sentence of ours, which pydantic passes on unchanged."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Said("needs a text")
    if not _PRINTABLE.fullmatch(value.strip()):
        raise _Said("holds control characters; retype it on one line")
    return " ".join(value.split())


def _number(value: Any) -> float:
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?[\d.,]+\s*%\s*", value):
        raise _Said(f"{quoted(value)} is not a number; a percent is written as a fraction, "
                    "5% as 0.05")
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = quoted("nothing" if value is None else value)
        raise _Said(f"{shown} is not a number; write digits with a point, without quotes, "
                    "units or thousands separators")
    if value != value or value in (float("inf"), float("-inf")):
        raise _Said(f"{value} is not a number that money can be; type a finite one")
    return float(value)


def _amounts(value: Any) -> float | dict[str, float]:
    """A number, or numbers by year (2026), or by month (2026-03)."""
    if not isinstance(value, dict):
        return _number(value)
    forms = {_form(key) for key in value}
    if not value or None in forms or len(forms) > 1:
        raise _Said("needs a number, or numbers by year {2026: 500}, or dated amounts "
                    "{2026-03: 45000}, not a mixture")
    return {str(key): _number(item) for key, item in value.items()}


def _form(key: object) -> str | None:
    text = str(key)
    if re.fullmatch(r"\d{4}", text):
        return "year"
    return "month" if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) else None


def _span(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise _Said("needs two numbers, [low, high]")
    low, high = map(_number, value)
    if low > high:
        raise _Said(f"runs from {low:g} down to {high:g}; write the low end first")
    return low, high


def _unit(value: Any) -> str:
    if value not in UNITS:
        raise _Said(f"{quoted(value)} is not a unit of this model; {nearest(value, UNITS)}")
    return value


def _source(value: Any) -> str:
    text = _text(value)
    kind, _, words = text.partition(":")
    if kind not in SOURCE_KINDS or not words.strip():
        raise _Said(f"must begin with one of {', '.join(SOURCE_KINDS)}, a colon, and say which "
                    "or why")
    return text


def _printed(value: Any) -> str:
    return _text(str(value)) if isinstance(value, int | float) else _text(value)


Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=600)]
Label = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=80)]
Amounts = Annotated[float | dict[str, float], BeforeValidator(_amounts)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Closed):
    """One assumption as it stands in base.yaml."""

    label: Label
    unit: Annotated[str, BeforeValidator(_unit)]
    value: Amounts
    range: Annotated[tuple[float, float], BeforeValidator(_span)]
    source: Annotated[str, BeforeValidator(_source)]
    confidence: Literal["high", "medium", "low"]
    printed: Annotated[str, BeforeValidator(_printed)] | None = None
    note: Text | None = None
    between: Literal["linear", "step", "geometric"] = "step"
    distribution: Literal["triangular", "uniform"] = "triangular"

    @property
    def form(self) -> str:
        """How the value is given: `constant`, `year` or `month` (dated amounts)."""
        return form(self.value)

    @property
    def shown_unit(self) -> str:
        """The unit as readers see it; that a fraction may not be 0 is the loader's business."""
        return self.unit.removeprefix("divisor ")

    @property
    def kind(self) -> str:
        """The first word of the source: published, derived, …"""
        return self.source.partition(":")[0]


def form(value: float | dict[str, float]) -> str:
    """`constant` for a number, `year` for numbers by year, `month` for dated amounts."""
    return _form(next(iter(value))) if isinstance(value, dict) else "constant"


class Header(_Closed):
    """The head of base.yaml."""

    title: Label
    currency: Literal["USD"]
    start: Month
    months: int
    as_of: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    assumptions: dict


class Scenario(_Closed):
    """A scenario file: what it is called, why it exists, and only what differs from base."""

    title: Label
    why: Text
    changes: dict[str, Amounts] = {}
    extends: Label | None = None
    delay: dict[str, Annotated[int, BeforeValidator(lambda v: _delay(v))]] = {}


def _delay(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 120:
        raise _Said(f"{quoted(value)} is not a number of months; a delay is a whole number from "
                    "1 to 120")
    return value


def parsed(model: type[_Closed], content: object, file: ParamsFile, at: tuple = (),
           called: str | None = None) -> tuple[Any, list[Problem]]:
    """An instance of a model, or None and what is wrong with the content, with file and line."""
    name = called or {"Header": "the header", "Scenario": "the scenario"}[model.__name__]
    if not isinstance(content, dict):
        return None, [Problem(file.where(*at), f"{name} must be a mapping of keys to values.")]
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        return None, [_sentence(model, item, file, at, name) for item in error.errors()]


def _sentence(model: type[_Closed], item: dict, file: ParamsFile, at: tuple, name: str) -> Problem:
    keys = tuple(key for key in item["loc"] if key not in ("float", "[key]"))
    path = ".".join(map(str, keys))
    where = file.where(*at, *keys)
    match item["type"]:
        case "missing":
            what = f"{name} has no '{path}'; add it."
        case "extra_forbidden":
            what = f"{name} has an unknown key {quoted(path)}; {nearest(path, model.model_fields)}"
        case "literal_error":
            what = (f"{name}: {path} is {quoted(item['input'])}; it must be "
                    f"{item['ctx']['expected']}.")
        case "value_error":
            what = f"{name}: {path} {str(item['ctx']['error'])}."
        case "string_too_long":
            what = f"{name}: {path} is longer than {item['ctx']['max_length']} characters."
        case _:
            what = f"{name}: {path} is {quoted(item['input'])}, but {_plain(item)}."
    return Problem(where, what)


def _plain(item: dict) -> str:
    known = {
        "string_pattern_mismatch": "it must look like 2026-01 (start) or 2026-01-31 (as_of)",
        "string_type": "it must be a text",
        "int_type": "it must be a whole number",
        "dict_type": "it must be a mapping of names to values",
    }
    return known.get(item["type"], item["msg"].lower())
