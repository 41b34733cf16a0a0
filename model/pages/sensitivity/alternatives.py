"""The plan with other assumptions: at published figures that its plausible ranges leave out, and
without what gets better over the years. Cells of the investor report, and a sentence on draws."""

from __future__ import annotations

from model.analysis.alternatives import LeftOut, left_out
from model.analysis.alternatives import at_printed as moved_to
from model.analysis.improvements import improvements
from model.analysis.solve import Aftermath, aftermaths
from model.analysis.source_check import SourceCheck
from model.analysis.unit_economics import economics, sides
from model.counts import count
from model.engine.projection import Projection
from model.pages import consequences, frame
from model.pages.claim_words import said
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import format_value, say, sentence_case

# How many of the assumptions that get better have a row of their own.
_ROWS = 4


@cell
def _found(view: View) -> list[tuple[LeftOut, Projection]]:
    """Every published figure that a range leaves out, with the plan at it."""
    return [(found, moved_to(view.projection, found)) for found in left_out(view.projection)]


def first(view: View) -> list[str]:
    """The published figures with which the plan would fail, where it does not by itself."""
    plans = [(found, aftermaths(plan)[0]) for found, plan in _found(view)]
    ruined = [found for found, after in plans if after.ruins]
    if not ruined or _plan(view).ruins:
        return []
    many = (f"{len(ruined)} of {len(plans)} published figures and readings" if len(plans) > 1
            else "A published figure or reading")
    unseen = f", so that no draw has {'them' if len(plans) > 1 else 'it'}," if _unseen(view) else ""
    return [f"{many} that the plausible ranges leave out{unseen} would leave the plan without cash "
            "or without a break-even: "
            f"{'; '.join(_beside(view, found) for found in ruined)}."]


def at_printed(view: View) -> list[Block]:
    """The plan with each published figure that a plausible range leaves out."""
    plans = _found(view)
    if not plans:
        return []
    afters = [aftermaths(plan)[0] for _, plan in plans]
    goal = view.profile.kpis["ltv_to_cac"]
    names, corner = [sentence_case(_what(found)) for found, _ in plans], "Printed by the source"
    tables = [
        Table("The plan at published figures that its ranges leave out", ["The plan", *names],
              {**consequences.columns(view.projection, [_plan(view), *afters], _years(view)),
               f"{goal.label}, {view.projection.years[0]}":
               [_ratio(view, projection) for projection in
                (view.projection, *(plan for _, plan in plans))]}, corner=corner, stacked=True),
        Table("What each of them means", names,
              {"Assumption": [_meaning(view, found) for found, _ in plans],
               "In the plan": [_modeled(view.projection, found) or "–" for found, _ in plans],
               "In the plan with it": [_modeled(plan, found) or "–" for found, plan in plans]},
              corner=corner, stacked=True)]
    one = len(plans) == 1
    many, lie, it = (("A published figure or reading", "lies", "it") if one else
                     (f"{len(plans)} published figures and readings", "lie", "them"))
    unseen = f", so no draw and no bar of this page shows {it}" if _unseen(view) else ""
    worst = min(range(len(afters)), key=lambda place: afters[place].lowest_cash)
    return [Block(
        f"{many} {lie} beyond the plausible range of an assumption{unseen}. With "
        f"{'' if one else 'the worst, '}{_beside(view, plans[worst][0])}, "
        f"{_becomes(view, afters[worst])}.",
        table=tables, open=True,
        reading="Each row moves what it names, all else as planned; where an assumption changes "
                "over the years, all of its path moves by the same factor.")]


def _unseen(view: View) -> bool:
    """Whether the plan itself lies within the ranges that leave the figures out, so that draws
    and bars stay there, too."""
    return all((each.low <= view.assumptions.series[each.path].values[:, 0]).all()
               and (view.assumptions.series[each.path].values[:, 0] <= each.high).all()
               for found, _ in _found(view) for each in found.beyond
               if view.assumptions.entries[each.path].form == "constant")


def _what(found: LeftOut) -> str:
    """`9 months as life of a Young Pro in the LTV example`."""
    read = f", read as {frame.inside(found.reading)}" if found.reading else ""
    figure = (f"only the {found.printed} that the source demands" if found.demanded
              and found.made else found.printed)
    return f"{figure} as {frame.inside(found.claim.label)}{read}"


def _beside(view: View, found: LeftOut) -> str:
    """The same, with what the plan has in its place."""
    has = _modeled(view.projection, found)
    return f"{_what(found)} (plan: {has})" if has else _what(found)


def _meaning(view: View, found: LeftOut) -> str:
    """The assumptions at the figure, beside their ranges and what the plan has."""
    entries, alike = view.assumptions.entries, {}
    for each in found.implied:
        unit = entries[each.path].shown_unit
        now, low, high = (format_value(value, unit) for value in (
            float(view.assumptions.series[each.path].values[0, 0]), each.low, each.high))
        beside = f"{say(each.value, unit)} (plan: {now}; plausible: {low} to {high})"
        alike.setdefault(beside, []).append(entries[each.path].label)
    parts = [f"{frame.listed(labels)}: {beside}" for beside, labels in alike.items()]
    is_it = "Worked out here and not printed:" if found.made else "That is"
    return "; ".join(parts) + (f". {is_it} {found.words}" if found.words else "")


def _modeled(projection: Projection, found: LeftOut) -> str:
    """What a plan has where the source prints the figure; empty where nothing stands for it."""
    if not found.claim.model or found.reading:
        return ""
    result = SourceCheck(projection).result(found.claim.model, found.claim).found
    return said(result.number, result.unit)


def _plan(view: View) -> Aftermath:
    return aftermaths(view.projection)[0]


def _becomes(view: View, after: Aftermath) -> str:
    """What then differs from the plan, each figure beside the plan's own."""
    plan, projection = _plan(view), view.projection
    firsts = [consequences.month(projection, each.breakeven) for each in (after, plan)]
    pairs = [("EBITDA", f"first reaches zero in {firsts[0]}" if after.breakeven else
              "never reaches zero", firsts)]
    for year in _years(view):
        values = [say(float(each.ebitda[projection.years.index(year)]), "USD")
                  for each in (after, plan)]
        pairs.append((f"EBITDA of {year}", f"is {values[0]}", values))
    lows = [say(each.lowest_cash, "USD") for each in (after, plan)]
    out = f", below zero from {consequences.month(projection, after.out_of_cash)}" \
        if after.out_of_cash else ""
    pairs.append(("cash", f"is lowest at {lows[0]}{out}", lows))
    moved = [f"{what} {does} (plan: {values[1]})" for what, does, values in pairs
             if values[0] != values[1]]
    return frame.listed(moved) if moved else "no headline figure moves"


def _years(view: View) -> list[int]:
    """The year whose EBITDA the source prints, and the last."""
    return list(dict.fromkeys((frame.target_year(view), view.projection.years[-1])))


def _ratio(view: View, projection: Projection) -> str:
    """LTV:CAC as the scoreboard has it, in the first year."""
    found = economics(projection, sides(view.company)[0], view.profile.kpis["ltv_to_cac"].segment)
    return format_value(float(found.ltv_to_cac[0, 0]), "ratio")


@cell
def improving(view: View) -> list[Block]:
    """The plan without what gets better over its years by assumption alone."""
    found = improvements(view.projection)
    if not found.each:
        return []
    shown, entries, years = found.each[:_ROWS], view.assumptions.entries, view.projection.years
    units = [entries[each.path].shown_unit for each in shown]
    rows = {"The plan": _plan(view),
            **{f"{entries[each.path].label} at {say(each.first, unit)} (plan, {years[-1]}: "
               f"{format_value(each.last, unit)})": each.held
               for each, unit in zip(shown, units, strict=True)}}
    most, many = found.each[0], len(found.each)
    message = (f"In the plan {count(many, 'assumption')} {'gets' if many == 1 else 'get'} better "
               f"over the years, and {entries[most.path].label} carries most: if it stays at "
               f"{say(most.first, units[0])}, {_becomes(view, most.held)}.")
    if many > 1:
        rows[f"All {many} at their first value"] = found.together
        ends = [say(float(each.ebitda[-1]), "USD") for each in (found.together, _plan(view))]
        message += (f" If all {many} stay as they begin, EBITDA of {years[-1]} is {ends[0]} "
                    f"(plan: {ends[1]}).")
    if found.budgets:
        budgets = frame.listed([frame.inside(entries[path].label) for path in found.budgets])
        rows[f"{sentence_case(budgets)} as in {years[0]}"] = found.unbought
        message += (f" With {budgets} as in {years[0]} instead, it is "
                    f"{say(float(found.unbought.ebitda[-1]), 'USD')}: CAC is an assumption that "
                    "does not rise with the budget, and no page knows how large the market is.")
    return [Block(
        message, open=True,
        table=Table("The plan with what gets better held at its first value", list(rows),
                    consequences.columns(view.projection, list(rows.values()), _years(view)),
                    corner="Held", stacked=True),
        reading=f"Shown {'is the one' if len(shown) == 1 else f'are the {len(shown)}'} that EBITDA "
                f"of {years[-1]} owes most to. Counted as better is what, held at its first value, "
                "leaves EBITDA of some month lower and of none higher: a budget that rises is "
                "none, because it costs before it pays.")]
