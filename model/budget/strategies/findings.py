"""What a comparison says in words: which assumption decides, which goals are met, and the limits.

Every sentence is computed from the comparison, so that it stays true whatever is compared. Shares
and differences are written in one way here, in the table and on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd

from model.budget.money import decimal
from model.budget.plan.plan import LIB, Plan
from model.budget.strategies.comparison import (
    DAILY,
    FIXED,
    HYBRID,
    LESS_LIBRARY,
    TRAINED,
    WITHOUT_LEVERS,
    WITHOUT_REDESIGN,
    Decision,
    Environment,
    Flip,
    Goal,
    Hindsight,
    Pair,
    Sensitivity,
)
from model.budget.strategies.measures import Difference, Mean
from model.views.formats import MINUS, format_value

UNDEFINED, MET, NOT_MET, UNDECIDED = "undefined", "met", "not met", "undecided"
_HARM, _GAIN, _LEAST, _HALF, _ADMIN = -0.03, 0.09, 0.04, 0.5, 0.4
# Money is scarce where more than this share of the total is spent, or of the requests refused.
_USE, _UNMET = 0.9, 0.05
SCARCE = f"spent > {_USE:.0%} or unmet > {_UNMET:.0%}"


def percent(value: float | None, digits: int | None = None) -> str:
    """A share: `41.5%`, with as many decimals as asked; `undefined` where there is none."""
    if value is None:
        return UNDEFINED
    if digits is None:
        return format_value(value, "fraction")
    return f"{100 * value:.{digits}f}%".replace("-", MINUS)


def signed(value: float | None, unit: str = "learners") -> str:
    """A difference: `+9.6`, `−1.2 points` of shares; below one it has two decimals."""
    if value is None:
        return UNDEFINED
    amount = 100 * value if unit == "fraction" else value
    if unit == "USD":
        text = format_value(abs(value), unit)
    else:
        text = f"{abs(amount):,.2f}" if 0 < abs(amount) < 0.995 else f"{abs(amount):,.1f}"
    text += " points" if unit == "fraction" else ""
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+") + text


def interval(mean: Mean, unit: str = "learners") -> str:
    """A mean with its 95% interval: `+9.6 (+7.9 to +11.2)`."""
    if mean.mean is None:
        return UNDEFINED
    if mean.low is None or mean.high is None:
        return f"{signed(mean.mean, unit)} (no interval)"
    low, high = (signed(end, unit).removesuffix(" points") for end in (mean.low, mean.high))
    return f"{signed(mean.mean, unit)} ({low} to {high})"


def span(values: Iterable[float]) -> str:
    """The range of some differences: `+9.6 to +11.2`."""
    values = list(values)
    return f"{signed(min(values))} to {signed(max(values))}"


def scarce(spending: float, unmet: float) -> bool:
    """Whether money is scarce, by the shares of the total spent and of the requests refused."""
    return spending > _USE or unmet > _UNMET


def decision(sensitivity: Mapping[str, Sensitivity]) -> Decision:
    """The assumption nearest to a flip of the lead, in widths of its range; else of a place. Only
    flips count on both sides of which the quarters decide who is ahead."""
    flips = []
    for path, row in sensitivity.items():
        low, high = row.range
        for flip in row.flips:
            if flip.low is None or flip.high is None:
                continue
            distance = abs(flip.value - row.base) / max(high - low, 1e-12)
            flips.append((not flip.for_the_lead, distance, path, flip))
    if not flips:
        return Decision(None, words="No assumption that was varied certainly changes any place "
                                    "in the ranking within the values tried.")
    other, _, path, flip = min(flips, key=lambda each: each[:3])
    row = sensitivity[path]
    words = (f"{row.label} decides {'a place' if other else 'the lead'}: {flip.first} and "
             f"{flip.second} change places at {flip.value:.4g} {row.unit} "
             f"({around(flip, lambda value: f'{value:.4g}')}; plan: {row.base:.4g}); above it "
             f"{flip.leads_above} is ahead.")
    if other:
        words += (" No assumption certainly changes the lead within the values tried; this one "
                  "comes nearest to changing a place.")
    return Decision(path, flip.value, row.base, row.unit, flip.first, flip.second, not other, words)


def around(flip: Flip, say: Callable[[float], str]) -> str:
    """Between which values the quarters do not decide who is ahead."""
    if flip.low is None and flip.high is None:
        return "undecided at all values tried"
    low, high = ("the end of what was tried" if value is None else say(value)
                 for value in (flip.low, flip.high))
    return f"undecided from {low} to {high}"


def goals(plan: Plan, environments: Mapping[str, Environment], pairs: Sequence[Pair],
          without_effect: Mapping[str, Mapping[str, Difference]]) -> list[Goal]:
    """What the hybrid strategy was to reach, what it reached, and whether that is enough."""
    floor = min(each.strategies[HYBRID]["equity_floor"].mean for each in environments.values())
    return [
        _overall(pair_of(pairs, HYBRID, FIXED).difference),
        everywhere({name: each.against[HYBRID] for name, each in environments.items()}),
        _better_than_trained(pair_of(pairs, HYBRID, TRAINED).difference),
        without_harm({f"{name}, {lever}": lead for lever, leads in without_effect.items()
                      for name, lead in leads.items()}),
        half_way({name: each.hindsight for name, each in environments.items()}),
        _administration(plan, environments),
        _goal("Equity floor met in every run", floor, floor == 1,
              f"Met in {percent(floor)} of the runs of the worst environment.")]


def pair_of(pairs: Sequence[Pair], first: str, second: str) -> Pair:
    """The first less the second, of all pairs."""
    pair = next(pair for pair in pairs if {pair.first, pair.second} == {first, second})
    return pair if pair.first == first else pair.reverse()


def _goal(goal: str, value: float | None, verdict: bool | str, words: str) -> Goal:
    if isinstance(verdict, bool):
        verdict = MET if verdict else NOT_MET
    return Goal(goal, value, verdict == MET, verdict, words)


def against_limit(value: float, low: float | None, high: float | None, limit: float) -> str:
    """Whether a figure is at least a limit; undecided where its interval lies on both sides."""
    if low is None or high is None or low < limit <= high:
        return UNDECIDED
    return MET if value >= limit else NOT_MET


def _overall(lead: Difference) -> Goal:
    return _goal(f"At least {_GAIN:.0%} more completions than the fixed total, all environments "
                 "together", lead.share,
                 against_limit(lead.share or 0.0, lead.share_low, lead.share_high, _GAIN),
                 f"{percent(lead.share)}, interval {_shares(lead)} ({signed(lead.mean)} "
                 "completions).")


def everywhere(leads: Mapping[str, Difference]) -> Goal:
    """S5 against the fixed total, in the worst environment."""
    return _worst(f"At least {_LEAST:.0%} more in every environment", leads, _LEAST, 1)


def _better_than_trained(lead: Difference) -> Goal:
    return _goal("Better than the fixed split that was best on training quarters", lead.mean,
                 against_limit(lead.mean, lead.low, lead.high, 0.0),
                 f"{interval(lead)} completions against it, all environments together.")


def without_harm(leads: Mapping[str, Difference]) -> Goal:
    """S5 against the fixed total where a lever has no effect though S5 believes in it, by
    environment and lever."""
    return _worst(f"Nowhere worse than {percent(_HARM)} where marketing, recruiting or redesign "
                  "have no effect though it believes in them", leads, _HARM, 2)


def _worst(goal: str, leads: Mapping[str, Difference], limit: float, digits: int) -> Goal:
    """A goal that holds in every place, judged and told by the worst."""
    leads = {name: lead for name, lead in leads.items() if lead.share is not None}
    if not leads:
        return _goal(goal, None, MET, "Nobody completes anywhere.")
    worst = min(leads, key=lambda name: leads[name].share)
    verdicts = {name: against_limit(lead.share, lead.share_low, lead.share_high, limit)
                for name, lead in leads.items()}
    verdict = next(each for each in (NOT_MET, UNDECIDED, MET) if each in verdicts.values())
    doubt = [name for name, each in verdicts.items()
             if each == UNDECIDED and leads[name].share_low is not None]
    lead = leads[worst]
    words = f"Worst in {worst}: {percent(lead.share, digits)}, interval " \
            f"{_shares(lead, digits)} ({signed(lead.mean)} completions)."
    if doubt:
        words += f" The interval lies on both sides of the limit in {'; '.join(doubt)}."
    return _goal(goal, lead.share, verdict, words)


def _shares(lead: Difference, digits: int = 1) -> str:
    if lead.share_low is None:
        return UNDEFINED
    return f"{percent(lead.share_low, digits)} to {percent(lead.share_high, digits)}"


def half_way(environments: Mapping[str, Hindsight]) -> Goal:
    """How far S5 goes from the fixed total to the split that was best on the same tape (C0)."""
    rows, count = list(environments.values()), len(environments)
    own = sum(each.hybrid - each.fixed for each in rows)
    each_gap = sum(each.best_each.mean - each.fixed for each in rows)
    one_gap = sum(each.best_one.mean - each.fixed for each in rows)
    goal = "At least half of the way from the fixed total to the best fixed split in hindsight"
    if each_gap <= 0:
        return _goal(goal, None, MET, "No fixed split that was tried is better on any tape.")
    low, high = _pool([each.beyond_half_each for each in rows])
    beyond = own / count - each_gap / count / 2
    short = [name for name, each in environments.items() if (each.closed_each or 0) < _HALF]
    inside = "no interval" if low is None else f"interval {signed(low)} to {signed(high)}"
    words = (f"{percent(own / each_gap)} of the way to the split that was best on the same tape, "
             f"all environments together; {signed(beyond)} completions a quarter from half of the "
             f"way ({inside})"
             + (f"; less than half in {', '.join(short)}." if short
                else "; half or more everywhere."))
    if one_gap > 0:
        words += (f" To the best single split of each environment it is {percent(own / one_gap)}: "
                  "that one knows the environment, not the draws.")
    return _goal(goal, own / each_gap, against_limit(beyond, low, high, 0.0), words)


def _pool(parts: Sequence[Mean]) -> tuple[float | None, float | None]:
    """Interval of the mean of independent means, of which each has its own."""
    if any(each.low is None for each in parts):
        return None, None
    mean = sum(each.mean for each in parts) / len(parts)
    half = sum((each.high - each.mean) ** 2 for each in parts) ** 0.5 / len(parts)
    return mean - half, mean + half


def _administration(plan: Plan, environments: Mapping[str, Environment]) -> Goal:
    """Administration of S5 and S1, and what the first leaves out: reviews of its moves."""
    def overall(name: str, metric: str) -> float:
        return sum(each.strategies[name][metric].mean for each in environments.values()) \
            / len(environments)

    daily, hybrid = (overall(name, "admin_minutes") for name in (DAILY, HYBRID))
    less = 1 - hybrid / daily if daily else None
    moves, usd, reviews = (overall(HYBRID, metric) for metric in ("moves", "moved", "reviews"))
    limit = int(plan.total * plan["review.above_share"]) / 100
    words = (f"{percent(less)} below it, by assumed minutes of each task. S5 makes {moves:.1f} "
             f"moves of USD {usd:,.0f} in all a quarter (S1: {overall(DAILY, 'moves'):.1f} of USD "
             f"{overall(DAILY, 'moved'):,.0f}), with {reviews:.1f} reviews by a person, as it cuts "
             f"each to USD {limit:,.0f}, above which R21 asks for one.")
    if daily:
        share = (hybrid + (moves - reviews) * plan["simulation.minutes.gate"]) / daily - 1
        words += (f" Were each move of S5 reviewed, it would take {percent(abs(share))} "
                  f"{'more' if share > 0 else 'less'} than S1.")
    return _goal(f"Administration at least {_ADMIN:.0%} below daily micromanagement", less,
                 less is not None and less >= _ADMIN, words)


def limits(plan: Plan, environments: Mapping[str, Environment], edges: Sequence[str]) -> list[str]:
    """What a reader must know before believing a ranking; `edges` are those of `tuning`."""
    rows = list(environments.values())
    sentences = ["Demand, prices, hours and effects are invented: a ranking is a property of these "
                 "assumptions, not evidence on real programmes.",
                 "Strategies know the assumptions that hold; only a mistaken belief in the effects "
                 "of marketing, recruiting and redesign is measured."]
    slack = [name for name, each in environments.items() if not each.scarcity.holds]
    if slack:
        sentences.append(f"In {', '.join(slack)} the fixed total spends at most {_USE:.0%} and "
                         f"refuses at most {_UNMET:.0%} of requests, so money is not scarce there "
                         "and little can be learned about steering it.")
    loose = [name for name, each in environments.items() if not each.bounds.budget_tested]
    if loose:
        sentences.append(f"In {', '.join(loose)} more money would not raise the clairvoyant bound "
                         "(its dual is 0): who knows every no-show has money enough, so a share of "
                         "it is no grade.")
    bare, no_redesign = (span(each.variants[name].mean for each in rows)
                         for name in (WITHOUT_LEVERS, WITHOUT_REDESIGN))
    sentences.append("Without recruiting, marketing and redesign the rolling plan differs from the "
                     f"fixed total by {bare} completions by environment, without redesign alone by "
                     f"{no_redesign}: levers that the article's fixed total lacks, and what they "
                     "are assumed to cost and do, make its lead.")
    hindsight = rows[0].hindsight
    sentences.append(f"The best fixed split in hindsight is the best of {hindsight.splits} that "
                     f"were tried, on {hindsight.tapes} quarters of each environment; other splits "
                     "may be better. The best of each quarter is chosen with its luck, so no rule "
                     "could be sure of it.")
    if edges:
        sentences.append("Tuned settings at an end of what was tried, beyond which a better one "
                         f"may lie: {', '.join(edges)}.")
    return sentences + library_step(plan) + _library_cliff([
        each.variants[LESS_LIBRARY] for each in rows])


def _library_cliff(changes: Sequence[Difference]) -> list[str]:
    """What the fixed total loses with a slightly smaller library, where that is certain."""
    shares = [change.share for change in changes if change.share is not None]
    if not shares or not any(change.high is not None and change.high < 0 for change in changes):
        return []
    mean = sum(change.mean for change in changes) / len(changes)
    return [f"Were 1% of the total taken from the library for one-to-one, the fixed total would "
            f"have {signed(mean)} completions ({percent(sum(shares) / len(shares))}), mean of all "
            "environments: so near a step does the plan's library stand, and strategies and splits "
            "that touch it are judged by that."]


def library_step(plan: Plan) -> list[str]:
    """That a little library decides who completes: where it adds about as much as the smallest step
    of what sessions bring, and learners need whole steps. It is built week by week, evenly."""
    one, seat = (decimal(plan[f"simulation.units.{name}"]) for name in ("one", "workshop"))
    step = _common(one, seat)
    if not step or any(decimal(need) % step for need in
                       plan.values["simulation.enrolled.requirement"]):
        return []
    part = int(plan.opening[LIB]) / plan.cents("simulation.library.full")
    weekly = [plan["simulation.library.weekly"] * min(1, part * week / plan.weeks)
              for week in range(1, plan.weeks + 1)]
    units = [sum(weekly[int(start) - 1:]) for start in plan.values["cohorts.start_weeks"]]
    if all(abs(each - step) > step / 4 for each in units):
        return []
    least, most = (f"{each:.2g}" for each in (min(units), max(units)))
    return [f"An hour brings progress of {float(one):g} and a seat of {float(seat):g} units, "
            f"and the library adds {least if least == most else f'{least} to {most}'} over the "
            "quarter: about the smallest step, so a little more or less library decides whether "
            "many learners complete."]


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The largest step of which both are multiples; 0 where both are 0."""
    return Fraction(gcd(one.numerator * other.denominator, other.numerator * one.denominator),
                    one.denominator * other.denominator)
