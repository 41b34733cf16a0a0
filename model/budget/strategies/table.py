"""A comparison as text for a terminal."""

from __future__ import annotations

from model.budget.strategies.findings import (
    MET,
    NOT_MET,
    SCARCE,
    UNDECIDED,
    interval,
    percent,
    signed,
)
from model.views.formats import MINUS

_VERDICTS = {MET: "met", NOT_MET: "NOT MET", UNDECIDED: "undecided"}


def table(result: dict) -> list[str]:
    """The comparison in lines: by environment, pairs, what decides, goals and limits."""
    names, environments = result["strategies"], result["environments"]
    lines = [answer(result), "",
             f"{result['title']}: completions of {result['replications']} quarters in each "
             f"environment (seed {result['seed']}), all strategies on the same draws", ""]
    lines.append(f"{'':36}" + "".join(f"{each:>8}" for each in environments))
    for name, title in names.items():
        cells = "".join(f"{each['strategies'][name]['completions']['mean']:8.1f}"
                        for each in environments.values())
        lines.append(f"{name + ' ' + title:36}" + cells)
    lines += [f"  {name}  {each['title']}" for name, each in environments.items()]
    lines += ["", "Against the fixed total (S2), with 95% intervals:"]
    for name in names:
        if name != "S2":
            cells = "   ".join(
                f"{environment} {interval(each['against'][name])}"
                for environment, each in environments.items())
            lines.append(f"{name}  {cells}")
    lines += ["", "All environments together, pairs adjusted for their number (Holm):"]
    for pair in result["pairs"]:
        ratio = pair["variance_ratio"]
        lines.append(f"{pair['first']} {MINUS} {pair['second']}  {interval(pair)}  "
                     f"p {pair['p_holm']:.2g}  same draws cut the variance "
                     + (f"{ratio:.1f} times" if ratio else "by an undefined factor"))
    lines += ["", f"Where money is scarce under the fixed total ({SCARCE}): "
              + (", ".join(name for name, each in environments.items() if each["bites"]["holds"])
                 or "nowhere") + "."]
    for environment, each in environments.items():
        shares = ", ".join(f"{name} {percent(share['mean'])}"
                           for name, share in each["bounds"]["share"].items())
        lines.append(f"{environment} {each['title']}: share of the clairvoyant bound {shares}")
    lines += ["", "Administration in hours, and equity learners' completion rate less that of "
              "others:"]
    for name in names:
        hours = sum(each["strategies"][name]["admin_minutes"]["mean"]
                    for each in environments.values()) / len(environments) / 60
        apart = {environment: each["strategies"][name]["equity_gap"]["mean"]
                 for environment, each in environments.items()}
        gaps = "  ".join(f"{environment} {signed(gap, 'fraction')}"
                         for environment, gap in apart.items())
        lines.append(f"{name}  {hours:5.1f} h  {gaps}")
    lines += ["", result["decides"]["words"], ""]
    lines += [f"{_VERDICTS[goal['verdict']]:11}{goal['goal']}: {goal['words']}"
              for goal in result["goals"]]
    return [*lines, "", *(f"- {sentence}" for sentence in result["limits"])]


def answer(result: dict) -> str:
    """Who serves learners best in how many environments and by how much, and whether that comes
    from levers that the fixed total lacks, in one sentence."""
    environments = result["environments"]
    leads: dict[str, list[str]] = {}
    for environment, each in environments.items():
        means = {name: one["completions"]["mean"] for name, one in each["strategies"].items()}
        top = max(means.values())
        best = [name for name, mean in means.items() if mean == top]
        if len(best) == 1:
            leads.setdefault(best[0], []).append(environment)
    if not leads:
        return "No strategy leads alone in any environment."
    name = max(leads, key=lambda each: len(leads[each]))
    count = len(leads[name])
    if [len(where) for where in leads.values()].count(count) > 1:
        said = ", ".join(f"{each} in {len(where)}" for each, where in leads.items())
        return f"No strategy serves learners best: of {len(environments)} environments {said} lead."
    said = (f"{result['strategies'][name]} ({name}) has the most completions in {count} of "
            f"{len(environments)} environments")
    if name == "S2":
        return f"{said}."
    gains = [environments[each]["against"][name]["mean"] for each in leads[name]]
    by = signed(min(gains)) if len(gains) == 1 else f"{signed(min(gains))} to " \
        f"{signed(max(gains))}"
    levers = _levers(environments, leads[name], name)
    return f"{said}, {by} against the fixed total (S2) there{levers}."


def _levers(environments: dict, where: list[str], name: str) -> str:
    """That a lead comes from recruiting and marketing, where without them none is left."""
    bare = [environments[each]["ablation"]["S5 without levers"] for each in where
            if "ablation" in environments[each]]
    if name != "S5" or not bare:
        return ""
    none = sum(each["low"] is None or each["low"] <= 0 for each in bare)
    span = f"{signed(min(each['mean'] for each in bare))} to " \
        f"{signed(max(each['mean'] for each in bare))}"
    if none == len(bare):
        return (f"; without recruiting and marketing, which the fixed total lacks, nothing certain "
                f"of that lead is left ({span})")
    return (f"; without recruiting and marketing, which the fixed total lacks, the lead is {span}, "
            f"and certain in {len(bare) - none} of them")


def table_of_two(result: dict) -> list[str]:
    """Two strategies or sets of rules side by side."""
    lines = [f"A is {result['A']}, B is {result['B']}; {result['replications']} quarters in each "
             f"environment (seed {result['seed']}), the same draws for both", "",
             f"{'':4}{'A':>9}{'B':>9}   A {MINUS} B in completions, 95% interval"]
    for environment, each in result["environments"].items():
        one, other = (each[side]["completions"]["mean"] for side in "AB")
        lines.append(f"{environment:4}{one:9.1f}{other:9.1f}   {interval(each['difference'])}")
    return [*lines, *(f"  {name}  {each['title']}"
                      for name, each in result["environments"].items())]
