"""What can be asked of a plan: a figure by its name, in a month, a quarter or a year."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from model.companies.profiles import profile
from model.engine.figures import MONTH, QUARTER, YEAR
from model.engine.nodes import Ref
from model.engine.projection import Projection
from model.engine.texts import Texts, texts
from model.problems import Problem, nearest

# How each kind of period is written.
_FORMS = {"month": "YYYY-MM", "quarter": "YYYY-Q1 to YYYY-Q4", "year": "YYYY"}


@dataclass(frozen=True)
class Period:
    """Number `at` of a plan's periods of so many months; `label` is 2027-06, 2027-Q2 or 2027. Its
    first and last month and its year are numbers from 0, too."""

    months: int
    at: int
    label: str
    first: int
    last: int
    year: int


def month_at(projection: Projection, at: int) -> Period:
    """A month by its number, from 0."""
    return _period(projection, MONTH, at)


def year_at(projection: Projection, at: int) -> Period:
    """A year by its number, from 0."""
    return _period(projection, YEAR, at)


def _period(projection: Projection, months: int, at: int) -> Period:
    calendar = projection.calendar
    return Period(months, at, calendar.period_labels(months)[at], calendar.bounds(months)[at],
                  calendar.ends(months)[at], int(calendar.years_of(months)[at]))


def period_of(projection: Projection,
              labels: dict[str, object]) -> tuple[Period | None, list[Problem]]:
    """The one period that is given, by kind, and what is wrong with it."""
    labels = {kind: str(label) for kind, label in labels.items() if label is not None}
    period, problems = None, []
    if len(labels) != 1:
        kinds = " and ".join(f"a {kind}" for kind in labels)
        problems.append(Problem("period", f"{kinds} are given; keep one of them." if kinds else
                                "give a month, a quarter or a year."))
    for kind, label in labels.items():
        months = {"month": MONTH, "quarter": QUARTER, "year": YEAR}[kind]
        choices = projection.calendar.period_labels(months)
        if label in choices:
            period = _period(projection, months, choices.index(label))
            continue
        close = difflib.get_close_matches(label, choices, n=1, cutoff=0.7)
        remedy = f"did you mean {close[0]}?" if close else f"write one of them as {_FORMS[kind]}."
        problems.append(Problem(kind, f"{label!r} is not a {kind} of the plan, {choices[0]} to "
                                      f"{choices[-1]}; {remedy}"))
    return period, problems


def figure_of(projection: Projection, name: str) -> tuple[Ref, list[Problem]]:
    """What a name stands for, and what is wrong with it."""
    company, text = projection.company, texts(projection.assumptions)
    names, name = names_of(text), str(name)
    if name in names:
        # A figure is made of lines, and a projection may keep but some.
        ref = names[name]
        whole = all(line in projection for line in text.month.formulas)
        return ref, [] if whole or (name in projection and ref.kind == "line") else [
            Problem("name", f"{name} is not kept in this projection; project without keep.")]
    if name in projection.assumptions.entries:
        readers = text.readers(Ref("assumption", name))
        sentence = f"try {readers[0].name}, which reads it." if readers else "no line reads it."
        sentence = f"{name} is an assumption of {company}, not a line or KPI; {sentence}"
    elif name in profile(company).kpis:
        sentence = (f"the plan says nothing about {name}, which only actuals can give; ask for "
                    "another KPI or a line.")
    else:
        sentence = f"{name!r} is not a line or KPI of {company}; {nearest(name, names)}"
    return Ref("line", name), [Problem("name", sentence)]


def names_of(texts: Texts) -> dict[str, Ref]:
    """Every figure by the name to ask for it. A KPI that is called as a line is asked for with
    kpi. before its name, what belongs to a customer with customer. or life. before it."""
    names = {line: Ref("line", line) for line in texts.lines}
    names |= {(f"kpi.{line}" if line in names else line): Ref("kpi", line) for line in texts.kpis}
    for kind in ("customer", "life", "check"):
        names |= {f"{kind}.{line}": Ref(kind, line) for line in texts.by_kind[kind]}
    return names
