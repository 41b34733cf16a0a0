"""A comparison as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from model.budget.strategies.comparison import (
    FIXED,
    HYBRID,
    WITHOUT_LEVERS,
    Comparison,
    ComparisonOfTwo,
    Environment,
)
from model.budget.strategies.findings import NOT_MET, SCARCE, interval, percent, signed, span
from model.views.formats import MINUS


def table(comparison: Comparison) -> list[str]:
    """The comparison in lines: by environment, pairs, what decides, goals and limits."""
    names, environments = comparison.strategies, comparison.environments
    lines = [answer(comparison), "",
             f"{comparison.title}: completions of {comparison.replications} quarters in each "
             f"environment (seed {comparison.seed}), all strategies on the same draws", ""]
    lines.append(f"{'':36}" + "".join(f"{each:>8}" for each in environments))
    for name, title in names.items():
        cells = "".join(f"{each.strategies[name]['completions'].mean:8.1f}"
                        for each in environments.values())
        lines.append(f"{name + ' ' + title:36}" + cells)
    lines += [f"  {name}  {each.title}" for name, each in environments.items()]
    lines += ["", "Against the fixed total (S2), with 95% intervals:"]
    for name in names:
        if name != FIXED:
            cells = "   ".join(f"{environment} {interval(each.against[name])}"
                               for environment, each in environments.items())
            lines.append(f"{name}  {cells}")
    lines += ["", "All environments together, pairs adjusted for their number (Holm):"]
    for pair in comparison.pairs:
        ratio = pair.difference.variance_ratio
        lines.append(f"{pair.first} {MINUS} {pair.second}  {interval(pair.difference)}  "
                     f"p {pair.p_holm:.2g}  same draws cut the variance "
                     + (f"{ratio:.1f} times" if ratio else "by an undefined factor"))
    lines += ["", f"Where money is scarce under the fixed total ({SCARCE}): "
              + (", ".join(name for name, each in environments.items() if each.scarcity.holds)
                 or "nowhere") + "."]
    for environment, each in environments.items():
        shares = ", ".join(f"{name} {percent(share.mean)}"
                           for name, share in each.bounds.share.items())
        lines.append(f"{environment} {each.title}: share of the clairvoyant bound {shares}")
    lines += ["", "Administration in hours, and equity learners' completion rate less that of "
              "others:"]
    for name in names:
        hours = sum(each.strategies[name]["admin_minutes"].mean
                    for each in environments.values()) / len(environments) / 60
        gaps = "  ".join(
            f"{environment} {signed(each.strategies[name]['equity_gap'].mean, 'fraction')}"
            for environment, each in environments.items())
        lines.append(f"{name}  {hours:5.1f} h  {gaps}")
    lines += ["", comparison.decision.words, ""]
    for goal in comparison.goals:
        verdict = NOT_MET.upper() if goal.verdict == NOT_MET else goal.verdict
        lines.append(f"{verdict:11}{goal.goal}: {goal.words}")
    return [*lines, "", *(f"- {sentence}" for sentence in comparison.limits)]


def answer(comparison: Comparison) -> str:
    """Which strategy leads in how many environments, and whether by its levers."""
    environments = comparison.environments
    leads: dict[str, list[str]] = {}
    for environment, each in environments.items():
        means = {name: metrics["completions"].mean for name, metrics in each.strategies.items()}
        top = [name for name, mean in means.items() if mean == max(means.values())]
        if len(top) == 1:
            leads.setdefault(top[0], []).append(environment)
    if not leads:
        return "No strategy leads alone in any environment."
    name = max(leads, key=lambda each: len(leads[each]))
    count = len(leads[name])
    if [len(each) for each in leads.values()].count(count) > 1:
        counts = ", ".join(f"{each} in {len(places)}" for each, places in leads.items())
        return (f"No strategy serves learners best: of {len(environments)} environments {counts} "
                "lead.")
    sentence = (f"{comparison.strategies[name]} ({name}) has the most completions in {count} of "
                f"{len(environments)} environments")
    if name == FIXED:
        return f"{sentence}."
    places = [environments[each] for each in leads[name]]
    gains = [each.against[name].mean for each in places]
    lead = signed(gains[0]) if len(gains) == 1 else span(gains)
    levers = _levers(places) if name == HYBRID else ""
    return f"{sentence}, {lead} against the fixed total (S2) there{levers}."


def _levers(environments: Sequence[Environment]) -> str:
    """That a lead comes from its levers, where without them none is left."""
    bare = [each.variants[WITHOUT_LEVERS] for each in environments]
    doubtful = sum(each.low is None or each.low <= 0 for each in bare)
    lead = span(each.mean for each in bare)
    if doubtful == len(bare):
        return ("; without recruiting, marketing and redesign, which the fixed total lacks, "
                f"nothing certain of that lead is left ({lead})")
    return ("; without recruiting, marketing and redesign, which the fixed total lacks, the lead "
            f"is {lead}, and certain in {len(bare) - doubtful} of them")


def table_of_two(comparison: ComparisonOfTwo) -> list[str]:
    """Two strategies or sets of rules side by side."""
    environments = comparison.environments
    lines = [f"A is {comparison.first}, B is {comparison.second}; {comparison.replications} "
             f"quarters in each environment (seed {comparison.seed}), the same draws for both", "",
             f"{'':4}{'A':>9}{'B':>9}   A {MINUS} B in completions, 95% interval"]
    for environment, each in environments.items():
        one, other = (side["completions"].mean for side in (each.first, each.second))
        lines.append(f"{environment:4}{one:9.1f}{other:9.1f}   {interval(each.difference)}")
    return [*lines, *(f"  {name}  {each.title}" for name, each in environments.items())]
