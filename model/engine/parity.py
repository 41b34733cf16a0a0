"""Whether the script of a page gives the figures of the model to the last bit, run in V8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from model.companies.vocabulary import MONTH, QUARTER, YEAR
from model.engine import javascript
from model.engine.figures import Figures, figures
from model.engine.numbers import project
from model.engine.texts import Texts
from model.params.assumptions import Assumptions

# A kind of figure, its name, and the months of its period where it has one.
Name = tuple[str, str, int]
_PERIODS = (MONTH, QUARTER, YEAR)
# Every figure of a plan in one array, one after the other.
EVERY = """
const every = (names) => Float64Array.from(names.flatMap(([kind, name, months]) =>
  Array.from(months ? plan[kind](name, months) : plan[kind](name)))).buffer;"""


def names_of(texts: Texts) -> list[Name]:
    """All that a plan can be asked for: lines and KPIs by month, quarter and year, differences of
    checks, one customer and the end of its life."""
    return [*((kind, name, 0) for kind, names in (
                ("check", texts.checks), ("customer", texts.customer), ("life", texts.life))
              for name in names),
            *((kind, name, months) for kind, names in (("over", texts.lines), ("kpi", texts.kpis))
              for name in names for months in _PERIODS)]


def values_of(model: Figures, names: Iterable[Name], scenario: int = 0) -> np.ndarray:
    """Those figures of a scenario as the model has them, one after the other."""
    def values(kind: str, name: str, months: int) -> np.ndarray:
        found = getattr(model, kind)(*([name, months] if months else [name]))
        return (found[-1] if kind == "life" else found)[scenario]
    return np.concatenate([values(*name) for name in names])


def bits(values: np.ndarray) -> np.ndarray:
    """The 64 bits of each number; a zero has one sign, and what is undefined one look."""
    return np.where(np.isnan(values), np.nan, values + 0.0).view(np.int64)


@contextmanager
def engine(*sources: str) -> Iterator:
    """V8 after some scripts; `eval` gives what an expression is. Raises ImportError without it."""
    from py_mini_racer import MiniRacer

    racer = MiniRacer()
    try:
        for source in sources:
            racer.eval(source)
        yield racer
    finally:
        racer.close()


def compare(plans: Sequence[Assumptions], among: Figures | None = None) -> tuple[str, int, int]:
    """The engine, how many figures of some plans of the same texts it was asked for, and of how
    many any bit differs from the model's: of those `among` many scenarios in this order, or of
    each plan alone."""
    compared = different = 0
    names = names_of(among.texts if among else figures(project(plans[0])).texts)
    with engine(javascript.script(plans[0]), EVERY, "let plan;",
                f"const names = {json.dumps(names)};") as racer:
        for at, plan in enumerate(plans):
            ours = values_of(among, names, at) if among else values_of(
                figures(project(plan)), names)
            racer.eval(f"plan = new Plan({json.dumps(javascript.data(plan))}); 0")
            found = np.frombuffer(bytes(racer.eval("every(names)")))
            compared += len(found)
            different += int((bits(found) != bits(ours)).sum())
        return f"V8 {racer.v8_version}", compared, different
