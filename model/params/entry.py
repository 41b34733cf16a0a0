"""What an assumption, a header and a scenario consist of, in models of pydantic.

Each model refuses a key that it does not name, and a wrong value in a sentence.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ValidationError

from model.numerals import PLAIN
from model.params.calendar import Calendar
from model.params.quantities import DATED
from model.params.values import (
    ActualsName,
    Amounts,
    Change,
    Confidence,
    Currency,
    Day,
    Delay,
    Discount,
    Horizon,
    Interest,
    Label,
    Level,
    Limit,
    Month,
    MonthOfYear,
    Number,
    Numerals,
    Pair,
    Printed,
    Rank,
    Season,
    Source,
    Span,
    Text,
    Unit,
    Worth,
    Years,
    form,
)
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted

# Units that are counting rules or decisions, not something that could turn out otherwise.
_CERTAIN = frozenset({"flag", "months", "years", "month of year", "shares"})


class Closed(BaseModel):
    """A mapping that may hold only the keys that it names."""

    model_config = {"extra": "forbid", "frozen": True}

    # Values in the place of faulty ones, so that the values beside them are still checked.
    STAND_INS: ClassVar[dict[str, Any]] = {}


class Entry(Closed):
    """One assumption in base.yaml. `printed_for` are the years whose values are printed or follow
    from printed figures; the others are carried on by whoever made the plan. `season` holds twelve
    weights, January first, by which the level of a year is spread over its months."""

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
    season: Season | None = None

    @property
    def form(self) -> str:
        """How the value is given: `constant`, `year` (a level over time, by year or by month) or
        `month` (dated amounts)."""
        given = form(self.value)
        return "year" if given == "month" and self.unit not in DATED else given

    @property
    def shown_unit(self) -> str:
        """The unit as readers see it, without the word for what must be above 0 or may be below."""
        return self.unit.removeprefix("divisor ").removeprefix("signed ").removeprefix("level ")

    @property
    def kind(self) -> str:
        """The first word of the source: published, derived, …"""
        return self.source.partition(":")[0]

    @property
    def is_uncertain(self) -> bool:
        """Whether its plausible range has a width, and it is no counting rule or decision."""
        return self.unit not in _CERTAIN and self.range[0] < self.range[1]

    @property
    def value_years(self) -> frozenset[int]:
        """The years that the value names; none for one number."""
        times = () if self.form == "constant" else self.value
        return frozenset(int(time[:4]) for time in times)


class Correlation(Closed):
    """How two assumptions go together in random draws, by rank. A scenario's replaces that of the
    same two in what it starts from; 0 makes them independent."""

    STAND_INS = {"rank": 0.0, "source": "estimate: ?"}

    between: Pair
    rank: Rank
    source: Source
    note: Text | None = None


class Milestone(Closed):
    """What must be reached in the month before money comes: a line of the plan at least or at most
    at a level."""

    STAND_INS = {"line": "?"}

    line: Label
    at_least: Level | None = None
    at_most: Level | None = None


class Terms(Closed):
    """On which terms the equity raised in a month comes; a scenario's replace those of the same
    month in what it starts from. `shares` are sold at the round's price. A `safe` becomes shares in
    the next round that sells some: at its discount below the price of the round, or as if the
    company, with all that becomes shares and before the money and what the pool lacks, were worth
    its cap, whichever gives more (post-money). A `note` does so with its interest, and its cap is
    for the shares that were there before it (pre-money)."""

    STAND_INS = {"month": "2000-01", "kind": "shares", "source": "estimate: ?"}

    month: Month
    kind: Literal["shares", "safe", "note"]
    cap: Worth | None = None
    discount: Discount = 0.0
    interest: Interest = 0.0
    milestone: Milestone | None = None
    source: Source
    note: Text | None = None


class Covenant(Closed):
    """What a lender demands while there is debt: unrestricted cash of at least, debt of at most so
    many times EBITDA of twelve months, or operating profit of twelve months of at least so many
    times their interest. A scenario's replaces that of the same kind in what it starts from."""

    STAND_INS = {"of": "minimum_cash", "limit": 1.0, "source": "estimate: ?"}

    of: Literal["minimum_cash", "debt_to_ebitda", "interest_cover"]
    limit: Limit
    starts: Month | None = None
    source: Source
    note: Text | None = None


class Option(Closed):
    """One thing that may be decided: what it changes in the plan, and what it costs besides, at the
    time at which the decision's value counts."""

    STAND_INS = {"label": "?"}

    label: Label
    changes: dict[str, Change] = {}
    cost: Number = 0.0


class Decision(Closed):
    """A decision between options. `value` is what counts: cash at the end of the plan, or what it
    earns and spends, discounted at its own rate to its start; `out_of_cash` is what a plan counts
    instead whose cash falls below zero."""

    STAND_INS = {"label": "?", "out_of_cash": 0, "source": "estimate: ?", "options": []}

    label: Label
    value: Literal["closing_cash", "discounted_cash"] = "closing_cash"
    out_of_cash: Number
    options: list[Any]
    source: Source
    note: Text | None = None

    @property
    def decided(self) -> frozenset[str]:
        """The paths that its options change, with their years and months."""
        return frozenset(path for option in self.options for path in option.changes)


class Header(Closed):
    """The head of base.yaml; `about` says what the company sells, to whom and how it earns, and
    `model` whose formulas it uses if it has none of its own. A year of the company begins with the
    month `year_starts`, and is named after the calendar year in which it ends or starts; reports
    may show years from another month, `report_years_from`. Pages show numbers in the form of which
    `numerals` is an example; what is typed, commands and files keep 1,234.5. The options of a
    `decision` are compared on the sensitivity page."""

    STAND_INS = {"title": "?", "currency": "USD", "as_of": "2000-01-01", "assumptions": {}}

    title: Label
    currency: Currency
    numerals: Numerals = PLAIN
    start: Month
    months: Horizon
    year_starts: MonthOfYear = 1
    year_named: Literal["end", "start"] = "end"
    report_years_from: MonthOfYear | None = None
    as_of: Day
    about: Text = ""
    model: Label | None = None
    assumptions: dict
    correlations: list = []
    terms_of_raises: list = []
    covenants: list = []
    decision: Any = None

    @property
    def calendar(self) -> Calendar:
        """The months of the plan and its years."""
        return Calendar(self.start, self.months, self.year_starts, self.year_named,
                        self.report_years_from)


class Scenario(Closed):
    """A scenario file: its title, why it exists, and what differs from base. `actuals` names a file
    of actuals other than the company's actuals.csv."""

    STAND_INS = {"title": "?", "why": "?"}

    title: Label
    why: Text
    changes: dict[str, Change] = {}
    extends: str | None = None
    delay: dict[str, Delay] = {}
    actuals: ActualsName | None = None
    correlations: list = []
    terms_of_raises: list = []
    covenants: list = []


def listed(model: type[Closed], file: ParamsFile, key: str,
           name: str) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """The instances of a model that a file lists under a key, each with its place from 0, and what
    is wrong with them. A sentence calls the first one `name` 1."""
    found, problems = [], []
    contents = file.content.get(key)
    # What is no list, the file's own model says.
    for place, content in enumerate(contents if isinstance(contents, list) else ()):
        each, faults = validate(model, content, file, (key, place), name=f"{name} {place + 1}")
        problems += faults
        found += [] if each is None else [(place, each)]
    return found, problems


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
    "list_type": "it must be a list",
}


def _problem(model: type[Closed], error: dict, file: ParamsFile, at: tuple, name: str) -> Problem:
    keys = error["loc"]
    path = ".".join(map(str, keys))
    match error["type"]:
        case "missing":
            what = f"{name} has no '{path}'; add it."
        case "extra_forbidden":
            what = (f"{name} has an unknown key {quoted(path)}; "
                    f"{nearest(path, model.model_fields, lists=None)}")
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
