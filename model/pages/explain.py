"""Where a figure comes from, for a notebook and for the command line."""

from __future__ import annotations

import math
from collections.abc import Iterable

from model.analysis.explain import Explanation, Part
from model.analysis.explain import explain as explained
from model.companies.judged import LONGEST_LIFE
from model.companies.profiles import profile
from model.counts import count, unit_name
from model.engine.nodes import Ref
from model.engine.projection import Projection
from model.engine.words import labels
from model.pages.frame import listed
from model.pages.view import View
from model.pages.years import quarter_name
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.tolerance import LEAST, MONEY
from model.views.formats import MINUS, format_month, format_value, sentence_case
from model.views.tree import Branch, Tree

# Lines that read a figure and are named; of more, the number is said.
_MOST_READERS = 6
# Kinds of figures that a page works out again, as it calls them.
_PROVEN = {"line": "", "plan": "", "assumption": "path:", "kpi": "kpi:", "customer": "customer:",
           "life": "life:"}
# Kinds of figures that are named by kind and name.
_KINDS_IN_NAME = ("timeline", "customer", "life", "check")


def explain(of: View | Projection, name: str, month: str | None = None,
            depth: int | None = None, *, quarter: str | None = None,
            year: str | int | None = None) -> Tree:
    """A line's or KPI's figure in a month (YYYY-MM), a quarter (YYYY-Q1) or a year, taken apart
    down to the entries of params.

    The first break-even is the month by default, or the last month where there is none. Raises
    InputError with the nearest name where there is no such figure or period.
    """
    projection = of.projection if isinstance(of, View) else of
    if month is quarter is year is None:
        month = telling(projection)
    explanation = explained(projection, name, month, depth, quarter=quarter, year=year)
    root, assumptions = explanation.root, projection.assumptions
    calendar = projection.calendar
    message = (f"{assumptions.title}, {assumptions.scenario_title}: {root.label} in "
               f"{format_period(root.period, calendar)} is {_value(root)}.")
    return Tree(message, branch(root, calendar),
                _reading(explanation, name, assumptions, calendar))


def telling(projection: Projection) -> str:
    """The month (YYYY-MM) to take apart where none is named: the first break-even, or the last."""
    first = int(projection["breakeven_first"][0, -1])
    return projection.months[first - 1]


def _reading(explanation: Explanation, name: str, assumptions: Assumptions,
             calendar: Calendar) -> str:
    changes = len(assumptions.changed)
    parts = [f"Figures are of {format_period(explanation.root.period, calendar)} unless another "
             "period is named above them; what is read twice is taken apart where it comes first."]
    if changes:
        parts.append(f"In this plan {count(changes, 'assumption')} "
                     f"{'differs' if changes == 1 else 'differ'} from base.")
    parts.append(readers(assumptions, explanation.root.label, explanation.read_by))
    if explanation.root.ref.kind == "line" and name in profile(assumptions.company).kpis:
        parts.append(f"The KPI of that name is kpi.{name}.")
    return " ".join(parts)


def readers(assumptions: Assumptions, label: str, refs: Iterable[Ref]) -> str:
    """A sentence on the formulas that read what has a label."""
    names = list(dict.fromkeys(map(labels(assumptions).name, refs)))
    if not names:
        return f"No formula reads {label}."
    if len(names) <= _MOST_READERS:
        return f"{label} is read by {listed(names)}."
    return f"{label} is read by {len(names)} figures, {names[0]} the first."


def format_period(period: str, calendar: Calendar) -> str:
    """2027-06 as Jun 2027, 2027-Q2 as Q2 2027, and 2027."""
    return quarter_name(period, calendar) if "-Q" in period else format_month(period)


def branch(part: Part, calendar: Calendar, above: str | None = None) -> Branch:
    """A figure and all below it, in words; a period is named where it is another than that of the
    figure `above`."""
    value, at = _value(part), None
    if part.period is None:
        value += " before the first month"
    elif part.period != above:
        at = format_period(part.period, calendar)
        value += f" in {at}" if above else ""
    kind = part.ref.kind
    name = f"{kind}.{part.ref.name}" if kind in _KINDS_IN_NAME else part.ref.name
    return Branch(part.label, name, value, _notes(part),
                  [branch(each, calendar, part.period or above) for each in part.parts],
                  line=_line(part), at=at, where=part.where if part.source else "")


def _line(part: Part) -> str | None:
    """What a figure is of the plan, as pages work it out again."""
    kind, name = part.ref.kind, part.ref.name
    if (part.period is None or part.undefined or part.reason or part.unit == "flag"
            or kind not in _PROVEN):
        return None
    ago = f"@{LONGEST_LIFE - part.ref.ago}" if kind == "life" and part.ref.ago else ""
    return f"{_PROVEN[kind]}{name}{ago}" if _PROVEN[kind] else ""


def _value(part: Part) -> str:
    """A figure with its unit; what has nothing to be divided by is undefined, and what stands for
    it says so."""
    value = written(part.value, part.unit)
    if part.reason:
        return f"{value} ({part.reason})"
    return f"undefined, as {part.undefined} is 0; counted as {value}" if part.undefined else value


def _notes(part: Part) -> list[str]:
    return list(filter(None, (
        part.formula and f"= {part.formula}", part.above and "see above",
        part.period is None and not (part.parts or part.above) and "nothing opens it, so it is 0",
        part.base is not None and f"changed in this plan; in base {written(part.base, part.unit)}",
        sentence_case(part.moments),
        part.source)))


def written(value: float, unit: str) -> str:
    """A figure with its unit, with the digits that an auditor needs: money to the cent, all else
    to six digits."""
    if math.isnan(value):
        return "undefined"
    head, *per = unit.split("/")
    words = f" per {' and '.join(per)}" if per else ""
    # What adding up leaves is no money and nobody.
    size = abs(value)
    if size < (LEAST if per or head == "fraction" else MONEY):
        size = value = 0.0
    if head == "flag":
        return "yes" if value else "no"
    if head == "month number":
        return f"month {value:g}" if value else "none so far"
    if unit in ("month of year", "year"):
        return f"{value:g}"
    sign, six = MINUS if value < 0 else "", f"{size:,.0f}" if size >= 1e6 else f"{size:,.6g}"
    if head == "USD":
        # To the cent, rounded as everywhere: half to even on the digits that a reader sees.
        number = (format_value(size, "USD/piece", scale="") if size >= 0.01 else
                  f"{size:.3g}" if size else "0.00")
        return f"USD {sign}{number}{words}"
    if head == "fraction":
        return f"{sign}{100 * size:.6g}%{words}"
    return f"{sign}{six}{words}" if head == "ratio" else (
        f"{sign}{six} {unit_name(head, size == 1)}{words}")
