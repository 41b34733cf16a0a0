"""What the closed months say of the assumptions, and of break-even: a cell that shows nothing where
no month is closed."""

from __future__ import annotations

from model.analysis.forecast import forecast
from model.analysis.uncertainty import learning as analysis
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.learning import LASTING, MONTHLY, Learning, Range
from model.analysis.uncertainty.tempering import LEAST
from model.analysis.variance import actuals
from model.counts import count
from model.pages import frame
from model.pages.scoreboard.actuals import remark_of
from model.pages.sensitivity.shares import error_of, percent, share_of
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import format_month, format_value, say

# So many assumptions are listed at most, and so many lines named.
_MOST = 8
_PERCENT = 100


@cell
def learning(view: View) -> Block | None:
    """How likely break-even was before any month, and is now, with the assumptions that the months
    say something of."""
    file = actuals(view.projection)
    ahead = forecast(view.projection, file) if file else None
    found = ahead and analysis.learning(view.projection, file, ahead, frame.target_year(view))
    if not found:
        return None
    close = format_month(view.months[ahead.close])
    return Block(
        remark_of(file) + _message(view, found, close), table=[
            _chances(view, found, close), *_ranges(view, found)],
        open=True, summary="What the closed months say of the assumptions",
        reading=_reading(view, found))


def _event(view: View) -> str:
    """The first of the chances, as the subject of a sentence."""
    month = view.breakeven.first
    return f"break-even by {format_month(month)}" if month else "break-even within the plan"


def _message(view: View, found: Learning, close: str) -> str:
    before, now = found.start.on_time, found.now.on_time
    error = (before.error ** 2 + now.error ** 2) ** 0.5
    size, event = f"{found.size:,} random draws", _event(view)
    if abs(now.value - before.value) <= 2 * error:
        what = (f"The months to {close} leave {event} about as likely as it was: it comes in "
                f"{share_of(now, size)}, and came in {share_of(before)} before")
    else:
        than = "less" if now.value < before.value else "more"
        what = (f"The months to {close} make {event} {than} likely: it comes in "
                f"{share_of(now, size)}, where it came in {share_of(before)} before any month "
                "was known")
    other = [f"{share_of(share)} if it were {'half' if factor < 1 else 'twice'} as "
             "large" for factor, share in found.others.items()]
    how = (f" That rests on the error which the model is taken to have: {frame.listed(other)}."
           if other else "")
    return f"{what}.{how}{_says(view, found)}{_far(view, found)}"


def _says(view: View, found: Learning) -> str:
    """The assumptions that have moved most."""
    parts = [f"a {'higher' if each.moved > 0 else 'lower'} "
             f"{frame.inside(view.label(each.path))} ({_said(view, each, now=True)} in the middle "
             f"of the draws, was {_said(view, each)})" for each in found.ranges[:2]
             if abs(each.moved) >= analysis.MOVED]
    return f" They speak for {frame.listed(parts)}." if parts else (
        "" if found.ranges else " They say next to nothing of any single assumption.")


def _far(view: View, found: Learning) -> str:
    names = frame.listed([frame.inside(view.line(line)) for line in found.far])
    return (f" No values within the plausible ranges explain {names}: ranges are too narrow, or "
            "figures or formulas are not right.") if names else ""


def _reading(view: View, found: Learning) -> str:
    lines = frame.listed([frame.inside(view.line(each.line)) for each in found.lines])
    paths, own = len(sampling.uncertain(view.assumptions)), found.draws
    lasting, monthly = (f"{_PERCENT * each:.0f}%" for each in (LASTING, MONTHLY))
    counted = f"Weighing alone leaves what {own.counted:,.0f} of {found.size:,} draws are worth"
    again = (f", fewer than the {_PERCENT * LEAST:.0f}% that are wanted, so draws are made anew "
             f"around those that count, in {count(own.stages, 'step')}." if own.stages else ".")
    return (f"A draw gives each of {count(paths, 'uncertain assumption')} a value from its "
            "plausible range at random. One that comes nearer to what was observed of "
            f"{lines} counts more. How near is near: each of these lines is taken to err by "
            f"{lasting} that last through all months and {monthly} that are new in each, and lines "
            "that go together in the draws to share most of it; all of this is chosen here and "
            f"not measured. {counted}{again} A draw "
            "moves an assumption as a whole, so what the first months say of it holds for all "
            "later ones too; the forecast above keeps every assumption as planned.")


def _chances(view: View, found: Learning, close: str) -> Table:
    year, event = frame.target_year(view), _event(view)
    plan = view.by_year("ebitda")[view.years.index(year)]
    rows = {f"{event[0].upper()}{event[1:]}, without cash having run out before": "on_time",
            f"At or above the plan's EBITDA of {year}, "
            f"{say(plan, 'USD')}".replace("USD ", "USD\N{NO-BREAK SPACE}"): "earns",
            "Cash below zero in some month": "short"}
    columns = {"Before any month": found.start, f"Run on from {close}": found.close,
               "With what the months say": found.now}
    return Table(
        f"Chances by {found.size:,} random draws, before and after the closed months", list(rows),
        {**{head: [percent(getattr(of, name)) for name in rows.values()]
            for head, of in columns.items()},
         "Standard error": [error_of(getattr(found.now, name)) for name in rows.values()]},
        corner="What may happen", stacked=True)


def _ranges(view: View, found: Learning) -> list[Table]:
    shown = found.ranges[:_MOST]
    if not shown:
        return []
    more = len(found.ranges) - len(shown)
    caption = "Assumptions of which the months say something" + (
        f": the first {len(shown)} of {len(found.ranges)}" if more else "")
    return [Table(caption, [view.label(each.path) for each in shown], {
        "Middle before": [_said(view, each) for each in shown],
        "Middle now": [_said(view, each, now=True) for each in shown],
        "9 in 10 before": [_between(view, each) for each in shown],
        "9 in 10 now": [_between(view, each, now=True) for each in shown]},
        corner="Assumption", stacked=True)]


def _between(view: View, of: Range, now: bool = False) -> str:
    return f"{_value(view, of, 0, now)} to {_value(view, of, 2, now)}"


def _said(view: View, of: Range, now: bool = False) -> str:
    """The middle of the draws with its unit."""
    entry = view.entries[of.path]
    return (say((of.after if now else of.before)[1], entry.shown_unit)
            if entry.form == "constant" else _value(view, of, 1, now))


def _value(view: View, of: Range, end: int, now: bool = False) -> str:
    """A value, or by which factor a path of values over time is moved."""
    value, entry = (of.after if now else of.before)[end], view.entries[of.path]
    return (format_value(value, entry.shown_unit) if entry.form == "constant" else
            f"×\N{NO-BREAK SPACE}{value:.2f}")
