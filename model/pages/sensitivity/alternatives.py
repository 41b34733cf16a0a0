"""The plan with other assumptions: at published figures that its plausible ranges leave out, and
without what gets better over the years. Cells of the investor report, and a sentence on draws."""

from __future__ import annotations

from model.analysis.improvements import improvements
from model.analysis.solve import Aftermath, aftermaths
from model.analysis.unit_economics import economics, sides
from model.audit.alternatives import LeftOut, left_out
from model.audit.alternatives import at_printed as moved_to
from model.audit.source_check import SourceCheck
from model.counts import count
from model.engine.projection import Projection
from model.pages import consequences, frame
from model.pages.claim_words import quantity
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import format_value, say, sentence_case

# How many of the assumptions that get better have a row of their own.
_ROWS = 4


@cell
def _plans(view: View) -> list[tuple[LeftOut, Projection]]:
    """Every published figure that a range leaves out, with the plan at it."""
    return [(figure, moved_to(view.projection, figure)) for figure in left_out(view.projection)]


def first(view: View) -> list[str]:
    """The published figures with which the plan would fail, where it does not by itself."""
    ruinous = [figure for figure, plan in _plans(view) if aftermaths(plan)[0].ruins]
    if not ruinous or _plan(view).ruins:
        return []
    many = (f"{len(ruinous)} published figures and readings" if len(ruinous) > 1 else
            "A published figure or reading")
    return [f"{many} beyond the plausible ranges would leave the plan without cash or without a "
            f"break-even: {'; '.join(_beside(view, figure) for figure in ruinous)}."]


def at_printed(view: View) -> list[Block]:
    """The plan with each published figure that a plausible range leaves out."""
    plans = _plans(view)
    if not plans:
        return []
    afters = [aftermaths(plan)[0] for _, plan in plans]
    goal = view.profile.kpis.get("ltv_to_cac")
    names, corner = [sentence_case(_what(figure)) for figure, _ in plans], "Printed by the source"
    tables = [
        Table("The plan at published figures that its ranges leave out", ["The plan", *names],
              {**consequences.columns(view.projection, [_plan(view), *afters], _years(view)),
               **({f"{goal.label}, {view.first_year}":
                   [_ratio(view, plan) for plan in (view.projection, *(plan for _, plan in plans))]}
                  if goal else {})},
              corner=corner, stacked=True),
        Table("What each of them means", names,
              {"Assumption": [_meaning(view, figure) for figure, _ in plans],
               "In the plan": [_modeled(view.projection, figure) or "–" for figure, _ in plans],
               "In the plan with it": [_modeled(plan, figure) or "–" for figure, plan in plans]},
              corner=corner, stacked=True)]
    one = len(plans) == 1
    many, lie = (("A published figure or reading", "lies") if one else
                 (f"The {len(plans)} published figures and readings below", "lie"))
    worst = min(range(len(afters)), key=lambda place: afters[place].lowest_cash)
    return [Block(
        f"{many} {lie} beyond the plausible range of an assumption. With "
        f"{'' if one else 'the worst, '}{_beside(view, plans[worst][0])}: "
        f"{consequences.plan_with(view.projection, afters[worst])}.",
        table=tables, open=True,
        reading="Each row moves what it names, all else as planned; where an assumption changes "
                "over the years, all of its path moves by the same factor.")]


def _what(figure: LeftOut) -> str:
    """`9 months as life of a Young Pro in the LTV example`."""
    read = f", read as {frame.inside(figure.reading)}" if figure.reading else ""
    return f"{figure.printed} as {frame.inside(figure.claim.label)}{read}"


def _beside(view: View, figure: LeftOut) -> str:
    """The same, with what the plan has in its place."""
    has = _modeled(view.projection, figure)
    return f"{_what(figure)} (plan: {has})" if has else _what(figure)


def _meaning(view: View, figure: LeftOut) -> str:
    """The assumptions at the figure, beside their ranges and what the plan has."""
    entries, alike = view.entries, {}
    for each in figure.implied:
        unit = entries[each.path].shown_unit
        now, low, high = (format_value(value, unit)
                          for value in (view.value(each.path), each.low, each.high))
        beside = f"{say(each.value, unit)} (plan: {now}; plausible: {low} to {high})"
        alike.setdefault(beside, []).append(entries[each.path].label)
    parts = [f"{frame.listed(labels)}: {beside}" for beside, labels in alike.items()]
    is_it = "Worked out here and not printed:" if figure.made else "That is"
    return "; ".join(parts) + (f". {is_it} {figure.words}" if figure.words else "")


def _modeled(projection: Projection, figure: LeftOut) -> str:
    """What a plan has where the source prints the figure; empty where nothing stands for it."""
    if not figure.claim.model or figure.reading:
        return ""
    result = SourceCheck(projection).result(figure.claim.model, figure.claim).found
    return quantity(result.number, result.unit)


def _plan(view: View) -> Aftermath:
    return aftermaths(view.projection)[0]


def _years(view: View) -> list[int]:
    """The year whose EBITDA the source prints, and the last."""
    return list(dict.fromkeys((frame.target_year(view), view.years[-1])))


def _ratio(view: View, projection: Projection) -> str:
    """LTV:CAC as the scoreboard has it, in the first year."""
    figure = economics(projection, sides(view.company)[0], view.profile.kpis["ltv_to_cac"].segment)
    return format_value(figure.ltv_to_cac[0, view.first], "ratio")


@cell
def improving(view: View) -> list[Block]:
    """The plan without what gets better over its years by assumption alone."""
    better = improvements(view.projection)
    if not better.each:
        return []
    top, entries, years = better.each[:_ROWS], view.entries, view.years
    units = [entries[each.path].shown_unit for each in top]
    rows = {"The plan": _plan(view),
            **{f"{entries[each.path].label} at {say(each.first, unit)} (plan, {years[-1]}: "
               f"{format_value(each.last, unit)})": each.held
               for each, unit in zip(top, units, strict=True)}}
    most, many = better.each[0], len(better.each)

    def ebitda(after: Aftermath) -> str:
        return say(after.ebitda[-1], "USD")

    message = (f"In the plan {count(many, 'assumption')} {'gets' if many == 1 else 'get'} better "
               f"over the years, and {entries[most.path].label} carries most: if it stays at "
               f"{say(most.first, units[0])}, EBITDA of {years[-1]} is {ebitda(most.held)} (plan: "
               f"{ebitda(_plan(view))}).")
    if many > 1:
        rows[f"All {many} at their first value"] = better.together
        message += f" If all {many} stay as they begin, it is {ebitda(better.together)}."
    if better.budgets:
        budgets = frame.listed([frame.inside(entries[path].label) for path in better.budgets])
        rows[f"{sentence_case(budgets)} as in {years[0]}"] = better.unbought
        message += (f" With {budgets} as in {years[0]} and people hired as planned, it is "
                    f"{ebitda(better.unbought)}: the plan assumes that a larger budget wins "
                    f"{view.glossary.people} at no higher CAC.")
    return [Block(
        message, open=True,
        table=Table("The plan with what gets better held at its first value", list(rows),
                    consequences.columns(view.projection, list(rows.values()), _years(view)),
                    corner="Held", stacked=True),
        reading="Counted as better is what, held at its first value, lowers EBITDA of some month "
                "and raises that of none.")]
