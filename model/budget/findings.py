"""What a comparison says in words: which assumption decides, which goals are met, and the limits.

Every sentence is computed from the result, so that it stays true whatever is compared.
"""

from __future__ import annotations

from model.budget.plan import Plan
from model.budget.sensitivity import GAIN, MISTAKEN

PREDICTABLE = ("E1", "E5")
_HARM, _GAIN, _HALF, _ADMIN = -0.01, 0.05, 0.5, 0.4


def findings(plan: Plan, result: dict) -> dict:
    """The parts `decides`, `goals` and `limits` of a result."""
    return {"decides": decides(result["sensitivity"]), "goals": goals(result),
            "limits": limits(result)}


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


def goals(result: dict) -> list[dict]:
    """What the hybrid strategy was to reach, what it reached, and whether that is enough."""
    found, environments = [], result["environments"]
    for name in PREDICTABLE:
        lead = environments[name]["against"]["S5"]
        met = bool(lead["share"] is not None and lead["share"] >= _GAIN
                   and lead["low"] is not None and lead["low"] > 0)
        found.append({
            "goal": f"{name}: at least {_GAIN:.0%} more completions than the fixed total, interval "
                    "above zero", "value": lead["share"], "met": met,
            "words": f"{_percent(lead['share'])} ({_signed(lead['mean'])} completions, interval "
                     f"{_signed(lead['low'])} to {_signed(lead['high'])})."
                     + ("" if met else _why_not(environments[name]))})
    for path, words in ((GAIN, "known to the strategy"), (MISTAKEN, "not known to it")):
        rows = {name: row for name, row in result["without_effect"][path].items()
                if row["share"] is not None}
        worst = min(rows, key=lambda name: rows[name]["share"], default=None)
        row = rows.get(worst, {"share": None})
        found.append({
            "goal": f"Nowhere worse than {_percent(_HARM)} with marketing gain 0, {words}",
            "value": row["share"], "met": worst is None or row["share"] >= _HARM,
            "words": "Nobody completes anywhere." if worst is None else
                     f"Worst in {worst}: {_percent(row['share'])} ({_signed(row['mean'])} "
                     f"completions, interval {_signed(row['low'])} to {_signed(row['high'])})."})
    closed = [(name, each["hindsight"]) for name, each in environments.items()
              if "hindsight" in each]
    if closed:
        own = sum(each["S5"] - each["S2"] for _, each in closed)
        gap = sum(each["best_one"]["mean"] - each["S2"] for _, each in closed)
        value = own / gap if gap > 0 else None
        each_gap = sum(each["best_each"]["mean"] - each["S2"] for _, each in closed)
        found.append({
            "goal": "At least half of the way from the fixed total to the best fixed split in "
                    "hindsight", "value": value, "met": value is None or value >= _HALF,
            "words": "No fixed split of the grid is better." if value is None else
                     f"{_percent(value)} of the way to the best single split of each environment, "
                     f"{_percent(own / each_gap if each_gap > 0 else None)} of that to the best "
                     "split of each tape, which no planner could know."})
    minutes = {name: sum(each["strategies"][name]["admin_minutes"]["mean"]
                         for each in environments.values()) for name in ("S1", "S5")}
    saved = 1 - minutes["S5"] / minutes["S1"] if minutes["S1"] else None
    found.append({"goal": f"Administration at least {_ADMIN:.0%} below daily micromanagement",
                  "value": saved, "met": saved is not None and saved >= _ADMIN,
                  "words": f"{_percent(saved)} below it; the minutes of each task are assumed."})
    floor = min(each["strategies"]["S5"]["equity_floor"]["mean"]
                for each in environments.values())
    found.append({"goal": "Equity floor met in every run", "value": floor, "met": floor == 1,
                  "words": f"Met in {_percent(floor)} of the runs of the worst environment."})
    return found


def limits(result: dict) -> list[str]:
    """What a reader must know before believing a ranking."""
    said = ["Demand, prices, hours and effects are invented: a ranking is a property of these "
            "assumptions, not evidence on real programmes.",
            "Strategies know the assumptions that hold; what a mistaken belief in marketing costs "
            "is measured for its gain only."]
    slack = [name for name, each in result["environments"].items() if not each["bites"]["holds"]]
    if slack:
        said.append(f"In {', '.join(slack)} the fixed total spends at most 90% and refuses at most "
                    "5% of requests, so money is not scarce there and little can be learned about "
                    "steering it.")
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
                    f"total by {_signed(min(bare))} to {_signed(max(bare))} completions by "
                    f"environment, with recruiting alone by {_signed(min(hired))} to "
                    f"{_signed(max(hired))}: it is the levers that the article's fixed total does "
                    "not have, and what they are assumed to cost, that make its lead.")
    said.append("Progress comes in halves of a unit, and the library adds about half a unit over "
                "the quarter, so a little more or less library decides whether many learners "
                "complete.")
    return said


def _why_not(environment: dict) -> str:
    """Why there is no more to be had, where the goal is missed."""
    hindsight = environment.get("hindsight")
    if not hindsight:
        return ""
    base = hindsight["S2"]
    best = hindsight["best_one"]["mean"] / base - 1 if base else None
    wider = environment["ablation"].get("S5 with redesign", {}).get("share")
    return (f" The best fixed split in hindsight reaches {_percent(best)} over the fixed total, so "
            "there is little to be had by moving money; with redesign among its levers S5 reaches "
            f"{_percent(wider)}.")


def _percent(value: float | None) -> str:
    return "undefined" if value is None else f"{100 * value:.1f}%".replace("-", "\u2212")


def _signed(value: float | None) -> str:
    return "undefined" if value is None else f"{value:+.1f}".replace("-", "\u2212")
