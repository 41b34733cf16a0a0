"""The JavaScript of pages, run in V8 as Chromium does."""

import json
from contextlib import contextmanager
from importlib.resources import files

import numpy as np
from py_mini_racer import MiniRacer

from model.engine import javascript

PARTS = {name: files(room).joinpath(f"{name}.js").read_text(encoding="utf-8") for name, room in (
    ("formats", "model.views"), ("draws", "model.pages.live"), ("outcome", "model.pages.live"))}
# Every figure of a plan in one array, kind by kind.
ALL = """
const every = (names) => {
  const found = names.flatMap(([kind, name, months]) =>
    Array.from(months ? plan[kind](name, months) : plan[kind](name)));
  return Float64Array.from(found).buffer;
};"""


@contextmanager
def engine(*sources):
    """Scripts that ran; `eval` gives what an expression is."""
    racer = MiniRacer()
    try:
        for source in sources:
            racer.eval(source)
        yield racer
    finally:
        racer.close()


@contextmanager
def plan_of(assumptions, *parts):
    """A plan as `plan`, with scripts of pages beside it."""
    with engine(javascript.script(assumptions), *(PARTS[part] for part in parts), ALL,
                "let plan;") as racer:
        give(racer, assumptions)
        yield racer


def give(racer, assumptions):
    """Another plan of the same texts as `plan`."""
    racer.eval(f"plan = new Plan({json.dumps(javascript.data(assumptions))}); 0")


def names_of(texts):
    """What a plan can be asked for: the kind, the name, and the months of a period if any."""
    return [*((kind, name, 0) for kind, names in (
                ("check", texts.checks), ("customer", texts.customer), ("life", texts.life))
              for name in names),
            *(("over", line, months) for line in texts.lines for months in (1, 3, 12)),
            *(("kpi", name, months) for name in texts.kpis for months in (1, 3, 12))]


def figures_of(racer, names):
    """Those figures, one after the other."""
    return np.frombuffer(bytes(racer.eval(f"every({json.dumps(names)})")))


def from_python(figures, names, scenario=0):
    """The same figures as NumPy has them."""
    def values(kind, name, months):
        if kind == "over":
            return figures.over(name, months)[scenario]
        if kind == "kpi":
            return figures.kpi(name, months)[scenario]
        found = getattr(figures, kind)(name)
        return (found[-1] if kind == "life" else found)[scenario]
    return np.concatenate([values(*each) for each in names])


def bits(values):
    """The 64 bits of each number; a zero has one sign, and what is undefined one look."""
    return np.where(np.isnan(values), np.nan, values + 0.0).view(np.int64)
