"""The reading of the texts beside the month as numbers, for all scenarios at once.

A figure is calculated when it is first asked for. NaN stands for undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from model.companies.glossary import glossary
from model.companies.judged import LONGEST_LIFE
from model.companies.vocabulary import MONTH as MONTH
from model.companies.vocabulary import QUARTER as QUARTER
from model.companies.vocabulary import YEAR as YEAR
from model.engine.nodes import Formula, NotAFormula, Ref, evaluate
from model.engine.projection import Projection, ago, over_periods
from model.engine.texts import texts
from model.engine.timeline import LIFE, timeline


def figures(projection: Projection) -> Figures:
    """The figures of a projection; the same object every time."""
    if "figures" not in projection.worked_out:
        projection.worked_out["figures"] = Figures(projection)
    return projection.worked_out["figures"]


def run(formula: Formula, value: Callable[[Ref], np.ndarray],
        shape: tuple[int, ...]) -> np.ndarray:
    """The values of a formula over months, which are the first axis of `shape`. `value` gives what
    it reads, over all months or once for all. A formula that reads its own last month runs month
    by month, from 0 before the first."""
    itself = Ref(formula.kind, formula.line, 1)
    inputs = {ref: value(ref) for ref in formula.reads if ref != itself}
    if itself not in formula.reads:
        return np.broadcast_to(evaluate(formula.node, inputs.__getitem__), shape)
    start, *flow = formula.node.args
    if formula.node.op == "+" and start.op == "ref" and start.args == (itself,):
        flows = evaluate(flow[0], inputs.__getitem__)
        return np.cumsum(np.broadcast_to(flows, shape), axis=0)
    inputs = {ref: np.broadcast_to(values, (shape[0], *values.shape[1:]))
              for ref, values in inputs.items()}
    result, before = np.zeros(shape), np.zeros(shape[1:])
    for month in range(shape[0]):
        def of_month(ref: Ref, at: int = month, last: np.ndarray = before) -> np.ndarray:
            return last if ref == itself else inputs[ref][at]
        result[month] = before = np.broadcast_to(evaluate(formula.node, of_month), shape[1:])
    return result


def run_together(formulas: Sequence[Formula], value: Callable[[Ref], np.ndarray],
                 shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """The values of formulas that read each other, in the order of writing: month by month, from 0
    before the first. What they read of others, `value` gives as `run` wants it."""
    results = {formula.line: np.zeros(shape) for formula in formulas}
    inputs = {ref: np.broadcast_to(found, (shape[0], *found.shape[1:]))
              for ref in dict.fromkeys(ref for formula in formulas for ref in formula.reads)
              if ref.name not in results or ref.kind != formulas[0].kind
              for found in [value(ref)]}
    nothing = np.zeros(shape[1:])
    for month in range(shape[0]):
        def of_month(ref: Ref, at: int = month) -> np.ndarray:
            if ref in inputs:
                return inputs[ref][at]
            return results[ref.name][at - ref.ago] if at >= ref.ago else nothing
        for formula in formulas:
            results[formula.line][month] = evaluate(formula.node, of_month)
    return results


class Figures:
    """The figures of one projection, by kind of reference (`engine.nodes.Ref`)."""

    def __init__(self, projection: Projection):
        self._projection = projection
        self._assumptions, self._openings = projection.assumptions, projection.openings
        self.texts = texts(projection.assumptions)
        self._timeline = timeline(projection.assumptions.calendar)
        self._calendar = projection.calendar
        self._cache: dict[tuple, np.ndarray] = {}

    def _once(self, key: tuple, calculate: Callable[[], np.ndarray]) -> np.ndarray:
        if key not in self._cache:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                self._cache[key] = calculate()
        return self._cache[key]

    # Lines of the texts month and memory.

    def line(self, name: str) -> np.ndarray:
        """A line of the month or of memory, (scenario, month)."""
        if name not in self.texts.memory:
            return self._projection[name]
        return self._once(("memory", name), lambda: self._by_month(self.texts.memory[name]))

    def of(self, kind: str, name: str, months: int) -> np.ndarray:
        """The figures of a kind of reference, (scenario, period); a life has its months before
        these, and those of a customer and of its life are years."""
        if kind in ("customer", "life", "check"):
            return getattr(self, kind)(name)
        return self.kpi(name, months) if kind == "kpi" else self.over(name, months)

    def has(self, name: str) -> bool:
        return name in self.texts.memory or name in self._projection

    def over(self, name: str, months: int) -> np.ndarray:
        """A line over periods of so many months, (scenario, period)."""
        if months == MONTH:
            return self.line(name)
        return self._once(("line", name, months),
                          lambda: over_periods(glossary(self._projection.company), self.line,
                                               self.has, name, months, self._calendar))

    def _by_month(self, formula: Formula) -> np.ndarray:
        months = self._calendar.months

        def value(ref: Ref) -> np.ndarray:
            if ref.kind == "assumption":
                return self._assumptions.monthly(ref.name).T
            if ref.kind == "timeline":
                return self._timeline[ref.name][None]
            if ref.kind == "check":
                return self.check(ref.name)
            return ago(self.line(ref.name), ref.ago, self._openings.get(ref.name, 0.0))
        shape = (months, self._projection.scenarios)
        return run(formula, lambda ref: value(ref).T, shape).T

    def check(self, name: str) -> np.ndarray:
        """A difference that must be nothing, (scenario, month)."""
        return self._once(("check", name), lambda: self._by_month(self.texts.checks[name]))

    # One customer of those won in a year, and its life.

    def customer(self, name: str) -> np.ndarray:
        """A figure of one customer of those won in a year, (scenario, year)."""
        formula = self.texts.customer[name]
        return self._once(("customer", name), lambda: self._full(
            evaluate(formula.node, self._of_customer), self._calendar.periods(YEAR)))

    def _of_customer(self, ref: Ref) -> np.ndarray:
        """What the text of a customer reads, (scenario, year)."""
        if ref.kind == "customer":
            return self.customer(ref.name)
        if ref.kind == "assumption":
            return self._assumptions.yearly(ref.name).T
        return self.over(ref.name, YEAR)

    def life(self, name: str) -> np.ndarray:
        """A line of that customer's life, (month of life, scenario, year)."""
        shape = (LONGEST_LIFE, self._projection.scenarios, self._calendar.periods(YEAR))
        if name in self.texts.circles:
            circle = self.texts.circles[name]
            return self._once(("circle", circle[0].line), lambda: run_together(
                circle, self._of_life, shape))[name]
        return self._once(("life", name), lambda: run(self.texts.life[name], self._of_life, shape))

    def _of_life(self, ref: Ref) -> np.ndarray:
        """What the text of a life reads, (month of life or 1 if all are alike, scenario, year)."""
        if ref.kind == "timeline":
            return np.reshape(LIFE[ref.name].values(self._assumptions.calendar), (-1, 1, 1))
        if ref.kind == "customer":
            return self.customer(ref.name)[None]
        values = self.life(ref.name)
        if not ref.ago:
            return values
        return np.concatenate([np.zeros_like(values[:1]), values[:-1]])

    # KPIs.

    def kpi(self, name: str, months: int = YEAR) -> np.ndarray:
        """A KPI, (scenario, period of so many months)."""
        return self._once(("kpi", name, months), lambda: self._full(
            evaluate(self.texts.kpis[name].node, lambda ref: self._of_period(ref, months)),
            self._calendar.periods(months)))

    def _of_period(self, ref: Ref, months: int) -> np.ndarray:
        """What the text of KPIs reads in periods of so many months, (scenario, period), or
        (scenario, 1) for periods that are alike."""
        if ref.kind == "kpi":
            return self.kpi(ref.name, months)
        if ref.kind == "line":
            return self.over(ref.name, months)
        if ref.kind == "plan":
            return self.line(ref.name)[:, -1:]
        if ref.kind == "timeline":
            values = self._timeline[ref.name]
            return values if len(values) == 1 else self._calendar.lasts(values, months)
        if ref.kind == "assumption":
            return self._whole(ref.name)
        values = self.customer(ref.name) if ref.kind == "customer" else self.life(ref.name)[-1]
        return values[:, self._calendar.years_of(months)]

    def _whole(self, path: str) -> np.ndarray:
        """An assumption that holds for the plan as a whole, (scenario, 1)."""
        series = self._assumptions.series[path]
        if series.grain != "constant":
            raise NotAFormula(f"kpis() reads {path}, which may change from month to month; write "
                              "a line of memory() that reads it.")
        return series.values[0][:, None]

    def _full(self, values: np.ndarray, periods: int) -> np.ndarray:
        return np.array(np.broadcast_to(values, (self._projection.scenarios, periods)))
