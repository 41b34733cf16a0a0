"""What an assumption, a file header and a scenario consist of; the keys are closed (pydantic)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from model.params.fields import (
    Amounts,
    Confidence,
    Day,
    Delay,
    Label,
    Month,
    Printed,
    Source,
    Span,
    Text,
    Unit,
    Whole,
    Years,
    form,
)
from model.params.names import is_csv_beside
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted


class Closed(BaseModel):
    """What may hold only the keys that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # What takes the place of a faulty value, so that the values beside it are still checked.
    STAND_INS: ClassVar[dict[str, Any]] = {}


class Entry(Closed):
    """One assumption as it stands in base.yaml.

    printed_for     the years whose values are printed or follow from printed figures, where the
                    rest of the path is carried on by whoever made the plan
    """

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
        """The unit as readers see it; that a fraction may not be 0 is the loader's business."""
        return self.unit.removeprefix("divisor ")

    @property
    def kind(self) -> str:
        """The first word of the source: published, derived, …"""
        return self.source.partition(":")[0]

    @property
    def dated(self) -> frozenset[int]:
        """The years that the value names; none where it is one number."""
        return frozenset(int(key[:4]) for key in self.value) if self.form != "constant" else (
            frozenset())


class Header(Closed):
    """The head of base.yaml. `about` says what the company sells, to whom and how it earns."""

    STAND_INS = {"title": "?", "currency": "USD", "as_of": "2000-01-01", "assumptions": {}}

    title: Label
    currency: Literal["USD"]
    start: Month
    months: Whole
    as_of: Day
    about: Text = ""
    assumptions: dict


def _beside(name: Any) -> str:
    if not is_csv_beside(name):
        raise ValueError(f"is {quoted(name)}, but must be the plain name of a CSV file in the "
                         "company's folder of params, such as actuals.csv or "
                         "examples/made_up.csv")
    return name


class Scenario(Closed):
    """A scenario file: what it is called, why it exists, and only what differs from base.

    `actuals` names the file of what was observed, where it is not the company's actuals.csv.
    """

    STAND_INS = {"title": "?", "why": "?"}

    title: Label
    why: Text
    changes: dict[str, Amounts] = {}
    extends: str | None = None
    delay: dict[str, Delay] = {}
    actuals: Annotated[str, BeforeValidator(_beside)] | None = None


def parsed(model: type[Closed], content: object, file: ParamsFile, at: tuple = (),
           called: str | None = None) -> tuple[Any, list[Problem]]:
    """An instance of a model, and what is wrong with the content, with file and line.

    Where something is wrong, the instance holds the rest; it is None where too little is left.
    """
    name = called or {"Header": "the header", "Scenario": "the scenario"}[model.__name__]
    if not isinstance(content, dict):
        return None, [Problem(file.where(*at), f"{name} must be a mapping of keys to values.")]
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        errors = error.errors()
        return _rest(model, content, errors), [_sentence(model, item, file, at, name)
                                               for item in errors]


def _rest(model: type[Closed], content: dict, errors: list[dict]) -> Any:
    kept = {key: dict(value) if isinstance(value, dict) else value
            for key, value in content.items()}
    for item in errors:
        key, *inner = item["loc"]
        if inner:
            kept[key].pop(inner[0], None)
        else:
            kept.pop(key, None)
    try:
        return model.model_validate(model.STAND_INS | kept)
    except ValidationError:
        return None


def _sentence(model: type[Closed], item: dict, file: ParamsFile, at: tuple, name: str) -> Problem:
    keys = item["loc"]
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
            what = f"{name}: {path} {item['ctx']['error']!s}."
        case "too_long" | "string_too_long":
            what = (f"{name}: {path} is longer than {item['ctx']['max_length']} characters; "
                    "shorten it.")
        case _:
            what = f"{name}: {path} is {quoted(item['input'])}, but {_plain(item)}."
    return Problem(where, what)


def _plain(item: dict) -> str:
    known = {
        "string_type": "it must be a text",
        "int_type": "it must be a whole number",
        "dict_type": "it must be a mapping of names to values",
    }
    return known.get(item["type"], item["msg"].lower())
