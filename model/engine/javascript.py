"""The reading of all texts as JavaScript, for a page that holds its own model.

Every text becomes a function that fills arrays, one statement a line; `plan.js` beside this module
asks them in turn. JavaScript rounds each operation as Python does, so its figures have the same
bits.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from model.companies.glossary import glossary
from model.companies.judged import LONGEST_LIFE
from model.companies.vocabulary import QUARTER, YEAR
from model.engine.expressions import JAVASCRIPT, expression
from model.engine.nodes import Formula, Ref
from model.engine.projection import Reduction, reduction
from model.engine.texts import texts
from model.engine.timeline import LIFE, TIMELINE, TimelineValue
from model.params.assumptions import Assumptions

# Words that JavaScript keeps for itself, among those that a line might be called.
_KEPT = frozenset(re.findall(r"\w+", """
    await break case catch class const continue default delete do else enum export extends false
    finally for function if implements import in interface let new null package private
    protected public return static super switch this throw true try typeof var void while with
    yield least most ratio part share_of of count t ends last month months n span year years
"""))


def script(assumptions: Assumptions) -> str:
    """The texts of a company as functions, with what runs them: `new Plan(data)` is a plan, whose
    `line`, `over` and `kpi` give its figures. Raises NotAFormula as the texts do."""
    whole = texts(assumptions)
    functions = (
        _of_opening(whole.month.opening), _by_month("month", whole.month.formulas),
        _by_month("memory", whole.memory),
        _by_month("checks", whole.checks), _by_year(whole.customer), _of_life(whole.life),
        _by_period(whole.kpis))
    return "\n".join((_runtime(), f"// The texts of {assumptions.company}.", *functions))


def data(assumptions: Assumptions) -> dict:
    """What the functions read of one plan, as JSON can hold it: assumptions over time, timeline,
    with which months quarters and years begin, and how months of each line make one."""
    whole, calendar = texts(assumptions), assumptions.calendar
    terms = glossary(assumptions.company)
    rules = {months: {line: reduction(terms, line, months, whole.lines.__contains__)
                      for line in whole.lines} for months in (YEAR, QUARTER)}
    used = {ref.name for formula in whole.formulas for ref in formula.reads
            if ref.kind == "timeline"}
    return {
        "months": calendar.months, "life_months": LONGEST_LIFE,
        "bounds": {months: calendar.reported.bounds(months) for months in rules},
        "typed_years": calendar.bounds(),
        "series": {path: _series(assumptions, path) for path in assumptions.series},
        "timeline": _timeline(TIMELINE, used, assumptions),
        "life_timeline": _timeline(LIFE, used, assumptions),
        "reductions": _by_operation(rules[YEAR]),
        "quarterly": _by_operation({line: rule for line, rule in rules[QUARTER].items()
                                    if rule != rules[YEAR][line]})}


def _series(assumptions: Assumptions, path: str) -> dict | list[float]:
    """An assumption over time: its level alone where it is constant; or with the grain, the weights
    of its season by month, and whether its amounts are dated."""
    each, weights = assumptions.series[path], assumptions.weights.get(path)
    values, dated = listed(each.values[:, 0]), assumptions.entries[path].form == "month"
    if each.grain == "constant" and weights is None and not dated:
        return values
    return ({"grain": each.grain, "values": values}
            | ({} if weights is None else {"weights": listed(weights)})
            | ({"dated": True} if dated else {}))


def _by_operation(rules: Mapping[str, Reduction]) -> dict[str, list]:
    """How lines become one figure of a period: by operation each line, which stands for its
    segments as well, or where the operation is of other lines, a line and these. Lines that are
    summed are left out."""
    found: dict[str, dict] = {}
    for line, rule in rules.items():
        if rule.operation != "sum":
            own = (line.partition(".")[0],) if rule.lines == (line,) else (line, *rule.lines)
            found.setdefault(rule.operation, {})[own] = None
    return {operation: [own[0] if len(own) == 1 else list(own) for own in lines]
            for operation, lines in found.items()}


def _timeline(times: Mapping[str, TimelineValue], used: Collection[str],
              assumptions: Assumptions) -> dict[str, list]:
    """The values of what is used of a timeline by name, of which there is one where all months are
    alike."""
    return {name: listed(np.atleast_1d(np.asarray(each.values(assumptions.calendar), float)))
            for name, each in times.items() if name in used}


def listed(values: Iterable[float]) -> list[float]:
    """Numbers as JSON writes them shortest: whole ones without a point."""
    return [int(value) if value.is_integer() and abs(value) < 2 ** 53 else value
            for value in map(float, values)]


@cache
def _runtime() -> str:
    return (Path(__file__).parent / "plan.js").read_text(encoding="utf-8")


def _by_month(text: str, formulas: Mapping[str, Formula]) -> str:
    def place(ref: Ref) -> str:
        return "t" if not ref.ago else "t - 1" if ref.ago == 1 else f"Math.max(t - {ref.ago}, 0)"
    return _function(text, formulas, "for (let t = 1; t <= count; t++)", place, "t")


def _of_opening(formulas: Mapping[str, Formula]) -> str:
    """What lines open with, at their place 0, from the assumptions of the first month."""
    return _function("opening", formulas, "for (let t = 0; t < count; t++)",
                     lambda ref: "t" if ref.kind == "opening" else "t + 1", "t")


def _by_year(formulas: Mapping[str, Formula]) -> str:
    return _function("customer", formulas, "for (let t = 0; t < count; t++)",
                     lambda ref: "t", "t")


def _of_life(formulas: Mapping[str, Formula]) -> str:
    """A life has a month 0 before its first, so that of each year's customer is longer by one."""
    def place(ref: Ref) -> str:
        if ref.kind == "life":
            return "t - 1" if ref.ago else "t"
        return "n" if ref.kind == "timeline" else "year"
    return _function(
        "life", formulas,
        "for (let n = 1, year = 0; year < years; n = n % span + 1, year += n === 1)", place, "t",
        "span, years", ("const t = year * (span + 1) + n;",))


def _by_period(formulas: Mapping[str, Formula]) -> str:
    places = {"line": "t", "kpi": "t", "plan": "last", "assumption": "1", "timeline": "month"}
    return _function(
        "kpis", formulas, "for (let t = 0; t < count; t++)",
        lambda ref: places.get(ref.kind, "year"), "t", "count, ends, years, last",
        ("const month = ends[t], year = years[t];",))


def _function(text: str, formulas: Mapping[str, Formula], loop: str, place: Callable[[Ref], str],
              own: str, counts: str = "count", first: Iterable[str] = ()) -> str:
    """A text as a function of `of`, which gives the arrays of whatever a formula names; it gives
    the function that fills those of the text. `place` says where in its array a reference stands,
    and `own` where a line is written."""
    names = _names(Ref(ref.kind, ref.name) for formula in formulas.values()
                   for ref in (*formula.reads, Ref(formula.kind, formula.line)))
    rows, section = [], None
    for line, formula in formulas.items():
        if formula.section != section:
            section = formula.section
            rows.append(f"  // {section}")
        value = expression(formula.node, lambda ref: (
            f"{names[Ref(ref.kind, ref.name)]}[{place(ref)}]"), JAVASCRIPT)
        rows.append(f"  {names[Ref(formula.kind, line)]}[{own}] = {value};")
    return "\n".join((
        f"function {text}(of) {{", *_declarations(names), f"  return ({counts}) => {{ {loop} {{",
        *(f"  {row}" for row in first), *rows, "  }};", "}", ""))


def _declarations(names: Mapping[Ref, str]) -> Iterator[str]:
    """A statement for each kind of reference, which takes the arrays by name."""
    for kind in dict.fromkeys(ref.kind for ref in names):
        taken = (_plain(ref.name) + (f": {name}" if name != _plain(ref.name) else "")
                 for ref, name in names.items() if ref.kind == kind)
        yield textwrap.fill(f"const {{{', '.join(taken)}}} = of.{kind};", 100,
                            initial_indent="  ", subsequent_indent="    ",
                            break_long_words=False, break_on_hyphens=False)


def _names(refs: Iterable[Ref]) -> dict[Ref, str]:
    """What the array of each reference is called: its own name or, where that is taken, with its
    kind before it."""
    names: dict[Ref, str] = {}
    for ref in dict.fromkeys(refs):
        name = _plain(ref.name)
        names[ref] = f"{ref.kind}${name}" if name in _KEPT or name in names.values() else name
    return names


def _plain(name: str) -> str:
    return name.replace(".", "$")
