"""What is off target and what is to be done: the answer at the head of the page."""

from __future__ import annotations

from model.analysis.rules import FIRED
from model.counts import count, listed
from model.pages.frame import Answer
from model.pages.scoreboard.period import OFF, first_close, in_period, outcomes
from model.pages.view import View
from model.views.blocks import Tile
from model.views.formats import format_month

_NAMED = 3


def answer(view: View) -> Answer:
    """The KPIs of the month with which the page opens, and the rules that warn in it."""
    at = first_close(view)
    found = list(in_period(view, at).values())
    judged = [kpi for kpi in found if kpi.status in ("met", *OFF)]
    off = [kpi for kpi in judged if kpi.status in OFF]
    met = len(judged) - len(off)
    firing = [one for one in outcomes(view) if one.at(at) == FIRED and not one.rule.favorable]
    names = [kpi.goal.inside for kpi in off]
    more = [f"{count(len(names) - _NAMED, 'other')}"] if len(names) > _NAMED else []
    when = format_month(at)
    if not judged:
        said = f"In {when} no KPI with a target has a value"
    elif off:
        said = (f"In {when} {len(off)} of {len(judged)} KPIs {'is' if len(off) == 1 else 'are'} "
                f"off target: {listed(names[:_NAMED] + more)}")
    else:
        said = f"In {when} all {len(judged)} KPIs that can be judged meet their targets"
    actions = list(dict.fromkeys(one.rule.action for one in firing))
    do = f"; to do: {actions[0]}" if len(actions) == 1 else (
        f"; {count(len(firing), 'rule')} ask{'s' * (len(firing) == 1)} for action, listed below"
        if actions else "; no rule asks for action")
    return Answer(f"{said}{do}.".replace("..", "."), [
        Tile("On target", f"{met} of {len(judged)}", f"KPIs with a target and a value, {when}",
             warn=bool(off)),
        Tile("Off target", str(len(off)), listed(names[:_NAMED] + more) if off else "none",
             warn=bool(off)),
        Tile("Rules that warn", str(len(firing)), f"of {len(outcomes(view))} that watch the plan",
             warn=bool(firing)),
        Tile("No value yet", str(sum(kpi.status == "undefined" for kpi in found)),
             "KPIs that only actuals give, or nothing to divide by")])
