"""How shares and differences of a comparison are written: one way for findings, table and page.

What a comparison says in words: which assumption decides, which goals are met, and the limits.

Every sentence is computed from the result, so that it stays true whatever is compared.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from model.budget.money import decimal
from model.budget.plan.plan import LIB, Plan
from model.budget.strategies.decides import GAIN, MISTAKEN
from model.views.formats import MINUS, format_value

UNDEFINED = "undefined"


def percent(value: float | None, digits: int | None = None) -> str:
    """A share: `41.5%`; `undefined` where there is none. `digits` fixes how many decimals it has,
    where it stands beside a limit that is near."""
    if value is None:
        return UNDEFINED
    if digits is None:
        return format_value(value, "fraction")
    return f"{100 * value:.{digits}f}%".replace("-", MINUS)


def signed(value: float | None, unit: str = "learners") -> str:
    """A difference with its sign: `+9.6`, `−1.2 points` for a difference of shares. What is below
    one has two decimals, so that it is not written as none."""
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


def interval(found: dict, unit: str = "learners") -> str:
    """A mean with its 95% interval: `+9.6 (+7.9 to +11.2)`."""
    if found["mean"] is None:
        return UNDEFINED
    if found["low"] is None or found["high"] is None:
        return f"{signed(found['mean'], unit)} (no interval)"
    low = signed(found["low"], unit).removesuffix(" points")
    high = signed(found["high"], unit).removesuffix(" points")
    return f"{signed(found['mean'], unit)} ({low} to {high})"


PREDICTABLE = ("E1", "E5")
MET, NOT_MET, UNDECIDED = "met", "not met", "undecided"
_HARM, _GAIN, _HALF, _ADMIN = -0.01, 0.05, 0.5, 0.4
# Money is scarce where more than this part of the total is spent, or of the requests refused.
_SPENT, _UNMET = 0.9, 0.05
SCARCE = f"spent > {_SPENT:.0%} or unmet > {_UNMET:.0%}"


def findings(plan: Plan, result: dict) -> dict:
    """The parts `decides`, `goals` and `limits` of a result."""
    return {"decides": decides(result["sensitivity"]), "goals": goals(plan, result),
            "limits": limits(plan, result)}


def scarce(spent: float, unmet: float) -> bool:
    """Whether money is scarce, by the parts of the total spent and of the requests refused."""
    return spent > _SPENT or unmet > _UNMET


def decides(varied: dict) -> dict:
    """The assumption whose change flips the lead nearest to its value, measured in widths of its
    plausible range; else the one that flips any pair."""
    flips = []
    for path, found in varied.items():
        if path == MISTAKEN:
            continue
        low, high = found["range"]
        for flip in found["flips"]:
            away = abs(flip["value"] - found["base"]) / max(high - low, 1e-12)
            flips.append((not flip["for_the_lead"], away, path, flip))
    if not flips:
        return {"path": None, "words": "No assumption that was varied changes any place in the "
                                       "ranking within the values tried."}
    flips.sort(key=lambda each: each[:3])
    other, away, path, flip = flips[0]
    found = varied[path]
    what = "a place" if other else "the lead"
    lead = "" if not other else (" No assumption changes the lead within the values tried; this "
                                 "one comes nearest to changing a place.")
    return {"path": path, "value": flip["value"], "base": found["base"], "unit": found["unit"],
            "first": flip["first"], "second": flip["second"], "lead": not other,
            "words": f"{found['label']} decides {what}: {flip['first']} and {flip['second']} "
                     f"change places at {flip['value']:.4g} {found['unit']} (plan: "
                     f"{found['base']:.4g}); above it {flip['leads_above']} is ahead.{lead}"}


def goals(plan: Plan, result: dict) -> list[dict]:
    """What the hybrid strategy was to reach, what it reached, and whether that is enough: `verdict`
    is met, not met, or undecided where an interval lies on both sides of the limit."""
    found = [_lead(name, result) for name in PREDICTABLE]
    for path, words in ((GAIN, "known to the strategy"), (MISTAKEN, "not known to it")):
        found.append(_harm(result["without_effect"][path], words))
    closed = [each["hindsight"] for each in result["environments"].values()
              if "hindsight" in each]
    if closed:
        found.append(_half_way(result["environments"], closed))
    found.append(_admin(plan, result["environments"]))
    floor = min(each["strategies"]["S5"]["equity_floor"]["mean"]
                for each in result["environments"].values())
    found.append(_goal("Equity floor met in every run", floor, floor == 1,
                       f"Met in {percent(floor)} of the runs of the worst environment."))
    return found


def _goal(goal: str, value: float | None, verdict: bool | str, words: str) -> dict:
    if isinstance(verdict, bool):
        verdict = MET if verdict else NOT_MET
    return {"goal": goal, "value": value, "met": verdict == MET, "verdict": verdict,
            "words": words}


def against_limit(value: float, low: float | None, high: float | None, limit: float) -> str:
    """Whether a figure is at least a limit, where its interval leaves no doubt."""
    if low is None or high is None or low < limit <= high:
        return UNDECIDED
    return MET if value >= limit else NOT_MET


def _lead(name: str, result: dict) -> dict:
    """S5 against the fixed total where structure is predictable."""
    lead = result["environments"][name]["against"]["S5"]
    met = bool(lead["share"] is not None and lead["share"] >= _GAIN
               and lead["low"] is not None and lead["low"] > 0)
    words = f"{percent(lead['share'])}, interval {_between(lead)} ({signed(lead['mean'])} " \
            "completions)."
    if met and lead["share_low"] < _GAIN:
        words += f" The interval reaches below {_GAIN:.0%}, so the true lead may be a little less."
    return _goal(f"{name}: at least {_GAIN:.0%} more completions than the fixed total, interval "
                 "above zero", lead["share"], met,
                 words + ("" if met else _why_not(result["environments"][name])))


def _harm(rows: dict, words: str) -> dict:
    """S5 against the fixed total where marketing has no effect, in the worst environment."""
    goal = f"Nowhere worse than {percent(_HARM)} with marketing gain 0, {words}"
    rows = {name: row for name, row in rows.items() if row["share"] is not None}
    if not rows:
        return _goal(goal, None, MET, "Nobody completes anywhere.")
    worst = min(rows, key=lambda name: rows[name]["share"])
    verdicts = {name: against_limit(row["share"], row["share_low"], row["share_high"], _HARM)
                for name, row in rows.items()}
    verdict = next(each for each in (NOT_MET, UNDECIDED, MET) if each in verdicts.values())
    doubt = [name for name, each in verdicts.items()
             if each == UNDECIDED and rows[name]["share_low"] is not None]
    row = rows[worst]
    said = f"Worst in {worst}: {percent(row['share'], 2)}, interval {_between(row, 2)} " \
           f"({signed(row['mean'])} completions)."
    if doubt:
        said += f" The interval lies on both sides of the limit in {', '.join(doubt)}."
    return _goal(goal, row["share"], verdict, said)


def _half_way(environments: dict, closed: list[dict]) -> dict:
    """How far S5 goes from the fixed total to the split that was best on the same tape (C0)."""
    own = sum(each["S5"] - each["S2"] for each in closed)
    each_gap = sum(each["best_each"]["mean"] - each["S2"] for each in closed)
    one_gap = sum(each["best_one"]["mean"] - each["S2"] for each in closed)
    goal = "At least half of the way from the fixed total to the best fixed split in hindsight"
    if each_gap <= 0:
        return _goal(goal, None, MET, "No fixed split that was tried is better on any tape.")
    value = own / each_gap
    low, high = _pooled([each.get("beyond_half_each") for each in closed])
    beyond = own / len(closed) - each_gap / len(closed) / 2
    verdict = against_limit(beyond, low, high, 0.0)
    far = [name for name, each in environments.items()
           if "hindsight" in each and (each["hindsight"]["closed_each"] or 0) < _HALF]
    inside = "no interval" if low is None else f"interval {signed(low)} to {signed(high)}"
    said = (f"{percent(value)} of the way to the split that was best on the same tape, all "
            f"environments together; {signed(beyond)} completions a quarter from half of the way "
            f"({inside})"
            + (f"; less than half in {', '.join(far)}." if far else "; half or more everywhere."))
    if one_gap > 0:
        said += (f" To the best single split of each environment it is {percent(own / one_gap)}: "
                 "that one knows the environment, not the draws.")
    return _goal(goal, value, verdict, said)


def _pooled(parts: list[dict | None]) -> tuple[float | None, float | None]:
    """Interval of the mean of independent means, of which each has its own."""
    known = [each for each in parts if each and each["low"] is not None]
    if not parts or len(known) < len(parts):
        return None, None
    mean = sum(each["mean"] for each in known) / len(known)
    half = sum((each["high"] - each["mean"]) ** 2 for each in known) ** 0.5 / len(known)
    return mean - half, mean + half


def _admin(plan: Plan, environments: dict) -> dict:
    """Administration of S5 and S1, and what the first leaves out: reviews of its moves."""
    def overall(name: str, key: str) -> float:
        return sum(each["strategies"][name][key]["mean"] for each in environments.values()) \
            / len(environments)

    minutes = {name: overall(name, "admin_minutes") for name in ("S1", "S5")}
    saved = 1 - minutes["S5"] / minutes["S1"] if minutes["S1"] else None
    moves, usd, reviews = (overall("S5", key) for key in ("moves", "moved", "reviews"))
    limit = int(plan.total * plan["review.above_share"]) / 100
    said = (f"{percent(saved)} below it; the minutes of each task are assumed. S5 makes "
            f"{moves:.1f} moves of USD {usd:,.0f} in all a quarter, with {reviews:.1f} reviews by "
            f"a person: it cuts every move to USD {limit:,.0f}, above which R21 asks for one. S1 "
            f"makes {overall('S1', 'moves'):.1f} of USD {overall('S1', 'moved'):,.0f}.")
    if minutes["S1"]:
        every = minutes["S5"] + (moves - reviews) * plan["simulation.minutes.gate"]
        said += f" Were each move of S5 reviewed, it would take {_more(every / minutes['S1'] - 1)}"
    return _goal(f"Administration at least {_ADMIN:.0%} below daily micromanagement", saved,
                 saved is not None and saved >= _ADMIN, said)


def _more(share: float) -> str:
    return f"{percent(abs(share))} {'more' if share > 0 else 'less'} than S1."


def limits(plan: Plan, result: dict) -> list[str]:
    """What a reader must know before believing a ranking."""
    said = ["Demand, prices, hours and effects are invented: a ranking is a property of these "
            "assumptions, not evidence on real programmes.",
            "Strategies know the assumptions that hold; what a mistaken belief in marketing costs "
            "is measured for its gain only."]
    slack = [name for name, each in result["environments"].items() if not each["bites"]["holds"]]
    if slack:
        said.append(f"In {', '.join(slack)} the fixed total spends at most {_SPENT:.0%} and "
                    f"refuses at most {_UNMET:.0%} of requests, so money is not scarce there and "
                    "little can be learned about steering it.")
    loose = [name for name, each in result["environments"].items()
             if not each["bounds"]["budget_tested"]]
    if loose:
        said.append(f"In {', '.join(loose)} more money would not raise the clairvoyant bound "
                    "(its dual is 0): who knows every no-show beforehand has money enough, so a "
                    "share of that bound is no regret to the best possible.")
    bare = [each["ablation"]["S5 without levers"]["mean"]
            for each in result["environments"].values() if "ablation" in each]
    hired = [each["ablation"]["S5 without marketing"]["mean"]
             for each in result["environments"].values() if "ablation" in each]
    if bare:
        said.append("Without recruiting and marketing the rolling plan differs from the fixed "
                    f"total by {signed(min(bare))} to {signed(max(bare))} completions by "
                    f"environment, with recruiting alone by {signed(min(hired))} to "
                    f"{signed(max(hired))}: it is the levers that the article's fixed total does "
                    "not have, and what they are assumed to cost, that make its lead.")
    tried = next((each["hindsight"] for each in result["environments"].values()
                  if "splits" in each.get("hindsight", {})), None)
    if tried:
        said.append(f"The best fixed split in hindsight is the best of {tried['splits']} that were "
                    f"tried, on {tried['tapes']} quarters of each environment; other splits may be "
                    "better. The best of each quarter is chosen with its luck, so no rule could "
                    "be sure of it.")
    if result.get("edges"):
        said.append("Tuned settings at an end of what was tried, beyond which a better one may "
                    f"lie: {', '.join(result['edges'])}.")
    return said + _library(plan)


def _library(plan: Plan) -> list[str]:
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
    added = [sum(weekly[int(start) - 1:]) for start in plan.values["cohorts.start_weeks"]]
    if all(abs(units - step) > step / 4 for units in added):
        return []
    least, most = (f"{units:.2g}" for units in (min(added), max(added)))
    return [f"An hour brings progress of {float(one):g} and a seat of {float(seat):g} units, "
            f"and the library adds {least if least == most else f'{least} to {most}'} over the "
            "quarter: about the smallest step, so a little more or less library decides whether "
            "many learners complete."]


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The largest step of which both are multiples; 0 where both are 0."""
    return Fraction(gcd(one.numerator * other.denominator, other.numerator * one.denominator),
                    one.denominator * other.denominator)


def _why_not(environment: dict) -> str:
    """What others reach where the goal is missed: fixed splits in hindsight, and S5 with other
    levers. Figures only; they show what was to be had, not why it was not had."""
    hindsight = environment.get("hindsight")
    if not hindsight or not hindsight["S2"]:
        return ""
    own, one, each = (value / hindsight["S2"] - 1 for value in (
        hindsight["S5"], hindsight["best_one"]["mean"], hindsight["best_each"]["mean"]))
    said = (f" On {hindsight['tapes']} of these tapes S5 is {percent(own)} above the fixed total, "
            f"the best single split {percent(one)}, and the best split of each tape "
            f"{percent(each)}")
    if one < _GAIN:
        said += f": no fixed split that was tried is {_GAIN:.0%} above it on average"
    wider = environment["ablation"].get("S5 with redesign", {}).get("share")
    return f"{said}. With redesign among its levers S5 reaches {percent(wider)}."


def _between(row: dict, digits: int = 1) -> str:
    if row["share_low"] is None:
        return UNDEFINED
    return f"{percent(row['share_low'], digits)} to {percent(row['share_high'], digits)}"
