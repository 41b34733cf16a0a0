"""Faults of the kinds that happen, planted into files of actuals.

Honest files are drawn around a plan: a level of each line, and what single months do beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np

from model import load, project
from model.analysis.variance import actuals
from model.companies import COMPANIES, company_module
from model.engine.projection import Projection
from model.params.actuals_file import parse_actuals
from model.problems import InputError
from trust.outcome import Outcome

PLACE = "actuals"
REFUSED, DOUBTS = "refused when read", "doubts about actuals"
SIGN, MONTH, SHIFTED, COLUMN = "wrong sign", "a month off", "a shifted row", "a wrong column"
SLIP, ANNUAL, YEAR, PLUG = "a unit slip", "annual for monthly", "a wrong year or period", \
    "a typed plug"
COPIED, TWICE, SWAPPED = "a row copied", "a row twice", "a segment swapped"

Rows = list[tuple[str, str, float]]


@dataclass(frozen=True)
class ActualsFault:
    """A file of actuals with one error in it: the seed of the honest file, and the changed rows."""

    company: str
    seed: int
    kind: str
    what: str
    rows: tuple[tuple[str, str, float], ...]


@cache
def _plan(company: str) -> Projection:
    return project(load(company))


def honest(company: str, seed: int) -> Rows:
    """An honest file: six to twelve months of what a company books, each line some way off plan."""
    draw, plan = Random(f"{company} {seed}"), _plan(company)
    months, totals = draw.randrange(6, 13), draw.random() < 0.5
    side = company_module(company).SIDES[0]
    flows = ["cost_of_revenue", "variable_opex", "payroll", "fixed_opex"]
    flows += [name for whole, parts in company_module(company).PARTS.items() for name in parts] \
        or ["revenue", "marketing"]
    flows += [each for each in ("revenue", "marketing")
              if each not in company_module(company).PARTS and each not in flows]
    values: dict[str, list[float]] = {}
    for name in [*dict.fromkeys(flows), side.new]:
        level = draw.lognormvariate(0, 0.2)
        steady = name in ("payroll", "fixed_opex")
        values[name] = [round(level * plan[name][0, at]
                              * draw.lognormvariate(0, 0.03 if steady else 0.1), 2)
                        for at in range(months)]
    values[side.active] = _active(plan, side, values[side.new], draw)
    for whole, parts in company_module(company).PARTS.items():
        values[whole] = [round(sum(values[part][at] for part in parts), 2)
                         for at in range(months)]
    profit = [values["revenue"][at] - sum(values[name][at] for name in (
        "cost_of_revenue", "variable_opex", "marketing", "payroll", "fixed_opex"))
        for at in range(months)]
    if totals:
        values["gross_profit"] = [round(values["revenue"][at] - values["cost_of_revenue"][at], 2)
                                  for at in range(months)]
        values["ebitda"] = [round(each, 2) for each in profit]
    gap = np.cumsum([each - plan["ebitda"][0, at] for at, each in enumerate(profit)])
    values["unrestricted_cash"] = [round(float(plan["unrestricted_cash"][0, at] + gap[at]), 2)
                                   for at in range(months)]
    return [(plan.months[at], name, each) for name, found in values.items()
            for at, each in enumerate(found)]


def _active(plan: Projection, side, new: list[float], draw: Random) -> list[float]:
    """Those who are there: who was there before, and who is new, less a share who leave."""
    found, there = [], 0.0
    for at, won in enumerate(new):
        before = plan[side.active][0, at - 1] if at else 0.0
        lost = before + plan[side.new][0, at] - plan[side.active][0, at]
        rate = lost / before if before else 0.0
        there += won - rate * draw.lognormvariate(0, 0.1) * there
        found.append(round(there, 2))
    return found


def faults(size: int, random: Random) -> Iterator[ActualsFault]:
    """So many faults, in equal parts by kind."""
    kinds = list(_KINDS)
    while size:
        kind = kinds[size % len(kinds)]
        company, seed = random.choice(COMPANIES), random.randrange(10**6)
        rows = honest(company, seed)
        changed = _KINDS[kind](list(rows), random)
        if changed is None:
            continue
        what, rows = changed
        yield ActualsFault(company, seed, kind, what, tuple(rows))
        size -= 1


def _one(change: Callable[[float, Random], float]) -> Callable:
    def of(rows: Rows, random: Random):
        at = random.choice([at for at, (_, _, value) in enumerate(rows) if abs(value) > 1])
        month, name, value = rows[at]
        rows[at] = (month, name, change(value, random))
        return f"{month}, {name}: {value:g} → {rows[at][2]:g}", rows
    return of


def _whole(change: Callable[[float], float]) -> Callable:
    def of(rows: Rows, random: Random):
        name = random.choice(sorted({name for _, name, _ in rows}))
        rows = [(month, each, change(value) if each == name else value)
                for month, each, value in rows]
        return f"{name} in every month", rows
    return of


def _either(*changes: Callable) -> Callable:
    return lambda rows, random: random.choice(changes)(rows, random)


def _column(rows: Rows, random: Random):
    """The values of two names exchanged, in one month or in all."""
    names = sorted({name for _, name, _ in rows})
    one, other = random.sample(names, 2)
    months = sorted({month for month, *_ in rows})
    where = months if random.random() < 0.5 else [random.choice(months)]
    turn = {one: other, other: one}
    rows = [(month, turn.get(name, name) if month in where else name, value)
            for month, name, value in rows]
    return f"{one} and {other} exchanged in {where[0] if len(where) == 1 else 'every month'}", rows


def _month(rows: Rows, random: Random):
    """A name whose values all stand a month later than they happened."""
    name = random.choice(sorted({name for _, name, _ in rows}))
    own = [value for _, each, value in rows if each == name]
    if all(abs(a - b) <= 1e-3 * abs(a) for a, b in pairwise(own)):
        return None
    moved = iter([own[0], *own[:-1]])
    return f"{name} stands a month late", [
        (month, each, next(moved) if each == name else value) for month, each, value in rows]


def _shifted(rows: Rows, random: Random):
    """From some row on, each value stands in the row below."""
    at = random.randrange(1, len(rows) - 2)
    values = [value for *_, value in rows]
    values = [*values[:at], values[at - 1], *values[at:-1]]
    return f"values below row {at} are shifted by one", [
        (month, name, value) for (month, name, _), value in zip(rows, values, strict=True)]


def _year(rows: Rows, random: Random):
    """A row with a year too many."""
    at = random.randrange(len(rows))
    month, name, value = rows[at]
    rows[at] = (f"{int(month[:4]) + random.choice((1, 10))}{month[4:]}", name, value)
    return f"{month}, {name}: year {rows[at][0][:4]}", rows


def _twice(rows: Rows, random: Random):
    at = random.randrange(len(rows))
    rows.insert(at, rows[at])
    return f"row {at} stands twice", rows


def _copied(rows: Rows, random: Random):
    """A month's value is the one of the month before."""
    places = [at for at in range(1, len(rows)) if rows[at][1] == rows[at - 1][1]
              and abs(rows[at][2] - rows[at - 1][2]) > 1e-3 * abs(rows[at][2]) > 0]
    at = random.choice(places)
    month, name, value = rows[at]
    rows[at] = (month, name, rows[at - 1][2])
    return f"{month}, {name}: {value:g} → {rows[at][2]:g}", rows


_KINDS: Mapping[str, Callable] = {
    SIGN: _either(_one(lambda value, _: -value), _whole(lambda value: -value)),
    SLIP: _either(_one(lambda value, random: value * random.choice((100, 0.01, 1000, 0.001))),
                  _whole(lambda value: round(value * 100, 2)),
                  _whole(lambda value: round(value / 1000, 5))),
    ANNUAL: _either(_one(lambda value, _: value * 12), _one(lambda value, _: value / 12),
                    _whole(lambda value: round(value * 12, 2))),
    COLUMN: _column, MONTH: _month, SHIFTED: _shifted, YEAR: _year, TWICE: _twice,
    COPIED: _copied,
    PLUG: _one(lambda value, random: round(value * random.choice((3, 5, 0.2)), 2)),
}


def run(fault: ActualsFault, folder: Path) -> Outcome:
    """Read a file with a fault, and see whether anybody is told."""
    before = told(fault.company, honest(fault.company, fault.seed))
    now = told(fault.company, list(fault.rows))
    what = f"{fault.company}, file {fault.seed}: {fault.what}"
    if isinstance(now, str):
        return Outcome(PLACE, fault.kind, "changed", (REFUSED,), now, what)
    new = [f"{name}, {sentence}" for name, sentence in now if (name, sentence) not in before]
    return Outcome(PLACE, fault.kind, "changed", (DOUBTS,) if new else (), new[0] if new else "",
                   what)


def told(company: str, rows: Rows) -> str | tuple:
    """What a reader of the scoreboard is told of a file: a refusal, or everything to look into."""
    text = "period,name,value\n" + "".join(f"{month},{name},{value:.10g}\n"
                                           for month, name, value in rows)
    plan = _plan(company)
    assumptions = replace(plan.assumptions, actuals=parse_actuals("actuals.csv", text.encode()))
    try:
        found = actuals(Projection(assumptions, plan.lines, plan.block, plan.unread))
    except InputError as error:
        return str(error.problems[0].what)
    return (*found.notices, *found.open_months)
