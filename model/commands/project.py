"""The command `project`: a plan, or its forecast from the last close, as table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import math
import sys
from typing import TYPE_CHECKING

from model.analysis.breakeven import breakeven
from model.analysis.doubts import without_close
from model.analysis.forecast import Forecast, forecast
from model.analysis.kpis import kpis
from model.analysis.moments import moments
from model.analysis.variance import actuals, observed_kpis
from model.audit.checks import Checks, check
from model.commands import DONE, FAILED
from model.companies.glossary import glossary
from model.counts import count
from model.engine import numbers
from model.problems import InputError, visible
from model.terminal import aligned

if TYPE_CHECKING:
    from model.engine.projection import Projection
    from model.params.assumptions import Assumptions


def add_project(command) -> None:
    """Add the options of `project`."""
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.add_argument("--monthly", action="store_true", help="by month instead of by year; "
                         "in JSON, in addition")
    command.add_argument("--forecast", action="store_true", help="the plan run on from the last "
                         "close of the actuals; JSON always holds it, where there is one")


def project(options, assumptions: Assumptions) -> int:
    """Print a plan or its forecast; returns the exit code."""
    plan = numbers.project(assumptions)
    file = actuals(plan)
    found = forecast(plan, file) if file else None
    if options.forecast and found is None:
        raise InputError.of("--forecast", "needs a closed month of a line, and " + (
            f"{file.file} {without_close(plan, file)}; add what was observed of a line in a month "
            "of the plan that is closed." if file else
            "this plan has no actuals; write them down in the file actuals.csv beside base.yaml."))
    shown = found.ahead if options.forecast else plan
    checks = check(shown)
    if options.format == "json":
        _print_json(plan, found, checks, options.monthly)
    elif options.format == "csv":
        _print_csv(shown, options.monthly)
    else:
        _print_outcome(plan, found, len(options.set))
        _print_table(shown, options.monthly)
    for sentence in checks.failed:
        print(f"check failed: {sentence}", file=sys.stderr)
    if options.format != "json":
        for sentence in checks.alerts:
            print(f"alert: {sentence}", file=sys.stderr)
    return FAILED if checks.failed else DONE


def _print_outcome(plan: Projection, found: Forecast | None, changes: int) -> None:
    """Print the outcome in a sentence, that of base for a plan that differs from it, and that of
    the forecast where there is one."""
    from model.pages.frame import sentence
    from model.views.formats import format_month

    assumptions = plan.assumptions
    in_addition = f" with {count(changes, 'change')}" if changes else ""
    print(f"{assumptions.title}, {assumptions.scenario_title}{in_addition}")
    print(sentence(plan))
    if assumptions.changed:
        print(f"Base: {sentence(numbers.project(assumptions.base()))}")
    for path in assumptions.changed:
        if said := moments(assumptions, path):
            print(visible(f"{assumptions.entries[path].label}: {said}."))
    if found:
        print(f"Forecast from {format_month(plan.months[found.close])}: {sentence(found.ahead)}")
    print()


def _lines(projection: Projection, monthly: bool):
    """A table of the lines by month or year, and their units."""
    frame = projection.monthly if monthly else projection.annual
    return frame, [glossary(projection.company).term(line).unit for line in frame.index]


def _heads(projection: Projection, monthly: bool) -> tuple[str, ...]:
    return projection.months if monthly else tuple(map(str, projection.years))


def _print_json(plan: Projection, found: Forecast | None, checks: Checks, monthly: bool) -> None:
    """Print the first scenario, and null for undefined figures."""
    assumptions = plan.assumptions
    content = {
        "company": assumptions.company,
        "scenario": assumptions.scenario,
        "currency": assumptions.currency,
        "months": list(plan.months),
        **_figures(plan, plan),
        "checks": _outcome(checks),
    }
    if incomplete := plan.calendar.incomplete:
        content["year_months"] = {str(year): months for year, months in incomplete.items()}
    if found:
        file = actuals(plan)
        before = forecast(plan, file, found.close - 1) if found.close else None
        content["forecast"] = {
            **_forecast(found), "checks": _outcome(check(found.ahead)),
            "before": _forecast(before) if before else None}
    if monthly:
        content["monthly"] = _by_month(plan)
        if found:
            content["forecast"]["monthly"] = _by_month(found.ahead)
    print(json.dumps(content, indent=1, allow_nan=False))


def _figures(projection: Projection, plan: Projection) -> dict[str, object]:
    """What a projection comes to; of KPIs, what was observed of the plan's goes first."""
    found = breakeven(projection)
    return {
        "annual": {str(int(year)): {line: _number(projection.by_year(line)[0, i])
                               for line in projection.lines}
                   for i, year in enumerate(projection.years)},
        "kpis": {name: {str(int(year)): kpi.as_dict() for year, kpi in by_year.items()}
                 for name, by_year in kpis(projection, observed=observed_kpis(plan)).items()},
        "breakeven": found.months(),
        "trough": {"month": found.trough_month, "cash": found.trough_cash},
    }


def _by_month(projection: Projection) -> dict[str, list[float | None]]:
    return {line: [_number(value) for value in projection[line][0]] for line in projection.lines}


def _forecast(found: Forecast) -> dict[str, object]:
    """A forecast: its close, lines that were observed, those from which it does not go on, what no
    flow explains, and its figures."""
    return {"close": found.plan.months[found.close], "observed": sorted(found.observed),
            "omitted": list(found.omitted), "unexplained": float(found.unexplained.sum()),
            **_figures(found.ahead, found.plan)}


def _outcome(checks: Checks) -> dict[str, object]:
    return {"master": checks.master, "failed": list(checks.failed), "alerts": list(checks.alerts)}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _print_csv(projection: Projection, monthly: bool) -> None:
    from model.views.formats import plain_digits

    frame, units = _lines(projection, monthly)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["line", "unit", *_heads(projection, monthly)])
    out.writerows([line, unit, *map(plain_digits, row)]
                  for line, unit, row in zip(frame.index, units, frame.to_numpy(), strict=True))


def _print_table(projection: Projection, monthly: bool) -> None:
    from model.views.formats import format_value

    frame, units = _lines(projection, monthly)
    texts = [[line, unit, *(format_value(value, unit) for value in row)]
             for line, unit, row in zip(frame.index, units, frame.to_numpy(), strict=True)]
    print("\n".join(aligned([["line", "unit", *_heads(projection, monthly)], *texts], 2)))
