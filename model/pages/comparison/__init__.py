"""Cells of the comparison notebook: every scenario of a company side by side."""

from __future__ import annotations

from collections.abc import Iterable

from model.analysis.breakeven import Breakeven
from model.analysis.register import register
from model.counts import count
from model.pages import assumptions as register_page
from model.pages import frame
from model.pages.comparison import bridge as bridge_page
from model.pages.comparison import earlier, head
from model.pages.comparison.view import Comparison
from model.pages.what_if import Choice, choose
from model.pages.years import at_end
from model.views import charts
from model.views.blocks import Block, Header, Note, Table, verdict
from model.views.formats import format_month, say

LINES = ("revenue", "ebitda", "unrestricted_cash")

bridges, bridge_controls = bridge_page.bridges, bridge_page.controls
since, since_controls = earlier.since, earlier.since_controls


def header(comparison: Comparison) -> Header:
    return head.header(comparison)


def limits(comparison: Comparison) -> Note:
    """What a reader must not take this page for."""
    return frame.limits(comparison.view)


def outcome_table(comparison: Comparison) -> Block:
    """Headline figures, a row a scenario."""
    plans, years = comparison.plans, comparison.view.years
    found = {title: view.breakeven for title, view in plans.items()}
    every, ebitdas = list(found.values()), [view.by_year("ebitda") for view in plans.values()]
    failures = [len(view.checks.failed) for view in plans.values()]
    lowest = min(found, key=lambda title: found[title].trough_cash)
    number = carried(every)
    message = (f"{number} of {count(len(every), 'scenario')} "
               f"{'breaks' if number == 1 else 'break'} even without running out of cash"
               + "".join(f"; {_but(title, each)}" for title, each in found.items()
                         if not each.carried or each.operating is None)
               + f"; the lowest cash of all is {say(found[lowest].trough_cash, 'USD')} ({lowest})."
               + comparison.no_plans)
    columns = {
        "First break-even": [frame.or_never(each.first) for each in every],
        "Losses earned back": [frame.or_never(each.earned_back) for each in every],
        "Lowest cash": [each.trough_cash for each in every],
        "Month of the lowest cash": [format_month(each.trough_month) for each in every],
        "Cash below zero from": [frame.or_never(each.out_of_cash) for each in every],
        **{f"EBITDA {year}": [values[i] for values in ebitdas] for i, year in enumerate(years)},
        "Checks": [f"{number} fail" if number else "hold" for number in failures]}
    units = {name: "USD" for name in columns if name.startswith(("Lowest", "EBITDA"))}
    whys = Table("Why each scenario exists", list(plans),
                 {"Why": [view.assumptions.scenario_why for view in plans.values()]},
                 corner="Scenario")
    return Block(message, table=[Table("Headline figures by scenario", list(plans), columns,
                                       units=units, corner="Scenario"), whys], open=True)


def words(comparison: Comparison) -> Block:
    return frame.words(comparison.view)


def carried(breakevens: Iterable[Breakeven]) -> int:
    """How many plans break even and do not run out of cash."""
    return sum(each.carried for each in breakevens)


def _but(title: str, breakeven: Breakeven) -> str:
    """What speaks against a plan's break-even."""
    cash = (f"runs out of cash in {format_month(breakeven.out_of_cash)}"
            if breakeven.out_of_cash else "")
    if breakeven.first is None:
        return f"{title} does not break even{f' and {cash}' if cash else ' within the horizon'}"
    first = f"first breaks even in {format_month(breakeven.first)}"
    lasts = "" if breakeven.operating else ", without an operating break-even"
    if not cash:
        return f"{title} {first}{lasts}"
    return (f"{title} {cash}, before it {first}{lasts}" if breakeven.too_late else
            f"{title} {first}{lasts}, and {cash}")


def line_paths(comparison: Comparison, line: str) -> Block:
    """One line by month, a panel a scenario, base in grey behind."""
    base = next(iter(comparison.views.values())).projection
    others = {title: view.projection[line][0] for title, view in
              zip(comparison.titles, comparison.views.values(), strict=True) if not view.is_base}
    label = comparison.view.line(line)
    others = others or {"Base": base[line][0]}
    ends = {title: values[-1] for title, values in others.items()}
    high, low = max(ends, key=ends.get), min(ends, key=ends.get)
    message = (f"{label} in {format_month(base.months[-1])}: {say(ends[high], 'USD')} in {high}, "
               f"{say(ends[low], 'USD')} in {low}, {say(base[line][0, -1], 'USD')} in base.")
    figure = charts.small_multiples(
        base.months, others, base[line][0], unit="USD",
        subtitle=f"{comparison.view.assumptions.title} · {label} · USD · by month")
    return Block(message, figure, "small line charts", f"{label} by scenario",
                 "All panels share one scale; the grey line in each is base."
                 + "".join(f" {title} has the plan of base and no panel."
                           for title in comparison.alike),
                 Table.of_rows(f"{label} {at_end(base.calendar)}", base.years,
                               {title: view.projection.calendar.lasts(view.projection[line][0])
                                for title, view in comparison.plans.items()},
                               units="USD", corner="Scenario"))


def cash(comparison: Comparison) -> Block:
    return line_paths(comparison, "unrestricted_cash")


def ebitda(comparison: Comparison) -> Block:
    return line_paths(comparison, "ebitda")


def differences(comparison: Comparison) -> Block:
    years, tables = comparison.view.years, []
    for view in (view for view in comparison.views.values() if not view.is_base):
        rows = [row for row in register(view.assumptions) if row.changed]
        tables.append(Table(
            f"{view.assumptions.scenario_title}: differs from base in", [r.label for r in rows],
            {"Base": [register_page.by_year(r, r.base, years) for r in rows],
             "Here": [register_page.here(r, years) for r in rows]}, corner="Assumption"))
    counts = [len(table.labels) for table in tables]
    none = "".join(f" {title} changes nothing." for title in comparison.alike)
    message = none.strip() or "There is no scenario beside base."
    if counts:
        many = (count(min(counts), "assumption") if min(counts) == max(counts) else
                f"between {min(counts)} and {count(max(counts), 'assumption')}")
        message = (f"{none} The {'other scenarios' if none else 'scenarios'} change {many} each; "
                   "everything else is base.").strip()
    return Block(message, table=tables, summary="What differs")


def controls(comparison: Comparison) -> object:
    """Choose the line that is compared."""
    names = {comparison.view.line(line): line for line in LINES}
    return choose(Choice("Line", names), lambda line: line_paths(comparison, line),
                  "unrestricted_cash")


def checks(comparison: Comparison) -> Block:
    """How many checks were made and failed in each scenario, and every alert; folded as long as
    all of them hold."""
    views = comparison.views.values()
    failed = sum(len(view.checks.failed) for view in views)
    alerts = [(title, frame.spoken(alert, view.projection.calendar))
              for title, view in zip(comparison.titles, views, strict=True)
              for alert in view.checks.alerts]
    by_scenario = Table("Checks on every scenario", comparison.titles, {
        "Made": [len(view.checks.made) for view in views],
        "Failed": ["; ".join(map(frame.uncoded, view.checks.failed)) or "none" for view in views],
        "Alerts": [len(view.checks.alerts) for view in views]}, corner="Scenario")
    told = Table("Alerts of every scenario", [title for title, _ in alerts],
                 {"Alert": [alert for _, alert in alerts]}, corner="Scenario")
    made = sum(len(view.checks.made) for view in views)
    return Block("", table=[by_scenario, *([told] if alerts else [])], open=bool(failed),
                 summary=f"{verdict(failed, made)}; what was checked, and alerts")
