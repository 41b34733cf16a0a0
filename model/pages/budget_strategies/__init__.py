"""Cells of the notebook on budget strategies: who completes most, and how sure that is."""

from __future__ import annotations

from model.budget.strategies.comparison import DAILY, FIXED, HYBRID, TRAINED
from model.budget.strategies.findings import (
    MET,
    NOT_MET,
    UNDECIDED,
    UNDEFINED,
    interval,
    pair_of,
    percent,
    signed,
)
from model.budget.strategies.measures import METRICS
from model.pages.budget_strategies import approaches, weeks, why
from model.pages.budget_strategies.view import (
    CLOSER,
    StrategiesView,
    interval_row,
    open_strategies,
    verdict,
)
from model.pages.frame import inside, listed
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Header, Note, Several, Table, Tile
from model.views.formats import format_value, say, sentence_case

__all__ = ["open_strategies"]

flows, controls, chooser = weeks.flows, weeks.controls, approaches.chooser
administration, equity = weeks.administration, weeks.equity
ranking_drivers, rules = why.ranking_drivers, why.rules
distance_to_bound = why.distance_to_bound

_APART = 0.05  # USD, as figures of a comparison have eight digits
_METRICS = ("completions", "completion_rate", "cost_per_completion", "fill_rate", "utilization",
            "satisfaction", "drop_out", "spent", "moves", "moved")
_WORDS = {
    "Completion": "A learner who reaches the required progress within the quarter.",
    "Quarter": "One simulated run of all weeks, from one set of draws.",
    "Environment": "What demand and supply do in the quarters: E0 to E5.",
    "Same draws": "Chance is drawn before any strategy acts, so that strategies differ by what "
                  "they do and not by luck.",
    "Interval": "95%, from the differences quarter by quarter (Student's t).",
    "Ahead, behind, undecided": "The whole interval lies above zero, below it, or holds it.",
    "Holm": "P-values adjusted for the number of pairs that are looked at together.",
    "Held out": "Strategies were tuned on other quarters than those shown here.",
    "Fixed total (S2)": "The opening split; money moves only when a bucket of higher priority is "
                        "exhausted.",
    "Outcome-tied drawdown (S4)": "Money is released as verified outcomes come in.",
    "Hybrid predictive rolling (S5)": "Every week it works out what the rest of the quarter would "
                                      "cost if money were no limit. What would be left over buys "
                                      "recruits while requests exceed hours, else marketing; "
                                      "redesign is bought in the first week, as far as it should "
                                      "pay. Where money is very short, one-to-one has a daily cap "
                                      "with which it lasts.",
    "Clairvoyant bound": "What a planner could reach at most who knew every draw beforehand.",
    "Dual": "By how many completions the bound would rise with one more USD; 0 where money does "
            "not limit it.",
    "Points": "Hundredths of a share: from 40% to 43% are 3 points.",
}


def sentence(view: StrategiesView) -> str:
    """The outcome in one sentence."""
    first, second = view.ranking[:2]
    leads = view.overall(first, "completions"), view.overall(second, "completions")
    if leads[0] == leads[1]:
        most = (f"{view.strategy(first)} and {inside(view.strategy(second))} complete alike over "
                f"all environments, {_count(leads[0])} learners a quarter")
    else:
        most = (f"{view.strategy(first)} completes most over all environments, {_count(leads[0])} "
                f"learners a quarter against {_count(leads[1])} of {inside(view.strategy(second))}"
                + _doubt(view, first, second))
    return f"{most}; against the fixed total, S5 is {_where(view)}."


def _doubt(view: StrategiesView, first: str, second: str) -> str:
    """That a lead may be luck, where these quarters do not decide."""
    pairs = view.comparison.pairs
    known = any({pair.first, pair.second} == {first, second} for pair in pairs)
    unclear = known and verdict(pair_of(pairs, first, second).difference) == "undecided"
    return ", which may be luck" if unclear else ""


def _count(value: float | None) -> str:
    return "0" if value is None else f"{value:.1f}"


def _where(view: StrategiesView) -> str:
    """`ahead in E1 and E3, behind in E0, undecided in E2`."""
    places: dict[str, list[str]] = {"ahead": [], "behind": [], "undecided": []}
    for name, each in view.environments.items():
        places[verdict(each.against[HYBRID])].append(name)
    return ", ".join(f"{word} {view.places(names)}" for word, names in places.items() if names)


def header(view: StrategiesView) -> Header:
    results = check(view)
    faults = [f"{name}: {result}" for name, result in results.items() if result != "holds"]
    lead, trained = (pair_of(view.comparison.pairs, HYBRID, name).difference
                     for name in (FIXED, TRAINED))
    goals = view.comparison.goals
    successes, open_ = (sum(goal.verdict == verdict for goal in goals)
                        for verdict in (MET, UNDECIDED))
    others = [f"{count} {word}" for count, word in
              ((len(goals) - successes - open_, "missed"), (open_, "undecided")) if count]
    hours = view.overall(HYBRID, "admin_minutes")
    return Header(
        company=view.plan.title, scenario=f"{view.comparison.title} scenario",
        as_of=view.plan.as_of, headline=sentence(view), checks=len(results), failed=faults,
        page="Strategies", money="completions are learners a quarter",
        facts=[f"{view.replications} simulated quarters in each of {len(view.environments)} "
               f"environments, drawn from the seed {view.comparison.seed}",
               "demand, prices and effects are invented"],
        tiles=[Tile("S5 less fixed total", signed(lead.mean),
                    f"{signed(lead.low)} to {signed(lead.high)}, all environments"),
               Tile("S5 less trained split", signed(trained.mean),
                    f"{signed(trained.low)} to {signed(trained.high)}, all environments"),
               Tile("Goals met", f"{successes} of {len(goals)}",
                    ", ".join(others) or "none missed",
                    warn=successes < len(goals)),
               Tile("Administration of S5", f"{(hours or 0) / 60:.1f} hours",
                    f"S1: {(view.overall(DAILY, 'admin_minutes') or 0) / 60:.1f} hours")])


@cell
def completions(view: StrategiesView) -> Block:
    """Mean completions of every strategy in every environment."""
    names, environments = view.names, list(view.environments)
    values = [[view.mean(name, "completions", each) for each in environments] for name in names]
    best = [max((row[at] or 0.0) for row in values) for at in range(len(environments))]
    text = [[("▲ " if value is not None and value == best[at] else "")
             + format_value(value, "learners") for at, value in enumerate(row)] for row in values]
    leads = {name: [each for at, each in enumerate(environments)
                    if values[place][at] == best[at]] for place, name in enumerate(names)}
    most = [f"{inside(view.strategy(name))} {view.places(where)}" for name, where in leads.items()
            if where]
    figure = charts.heat_grid(
        [view.row(name) for name in names], environments, values, text=text,
        row_title="strategy", column_title="environment", unit="learners",
        subtitle=f"{view.plan.title} · completions · {view.scope}")
    return Block(
        f"Most learners complete with {'; '.join(most)}.", figure, "heat map",
        "completions by strategy and environment",
        "The triangle marks the most in a column; whether a lead is more than luck is said below. "
        + "; ".join(f"{name}: {inside(each.title)}" for name, each in view.environments.items())
        + ".",
        [_metric_table(view, name) for name in environments],
        summary="Every strategy in every environment")


def _metric_table(view: StrategiesView, environment: str) -> Table:
    names = view.names
    return Table(view.environment(environment), [METRICS[key][0] for key in _METRICS], {
        name: [view.mean(name, key, environment) for key in _METRICS] for name in names},
        row_units=[METRICS[key][1] for key in _METRICS], corner="Mean of a quarter")


@cell
def paired_differences(view: StrategiesView) -> Several:
    """Differences from the fixed total on the same draws, and all pairs of strategies."""
    return Several((_headline_pair(view), _all_pairs(view)))


def _headline_pair(view: StrategiesView) -> Block:
    leads = {name: each.against[HYBRID] for name, each in view.environments.items()}
    rows = [interval_row(view.environment(name), lead) for name, lead in leads.items()]
    figure = charts.intervals(
        rows, unit="learners", zero="fixed total (S2)",
        subtitle=f"{view.plan.title} · completions of S5 less S2 · 95% intervals of "
                 f"{view.replications} quarters")
    best = max(leads, key=lambda name: leads[name].mean)
    everywhere = all(verdict(lead) == "ahead" for lead in leads.values())
    caution = " A strategy that wins everywhere is a reason to look at the assumptions." \
        if everywhere else ""
    others = [name for name in view.names if name != FIXED]
    table = Table(
        "Completions less those of the fixed total", [view.row(name) for name in others],
        {environment: [interval(each.against[name]) for name in others]
         for environment, each in view.environments.items()}, corner="Strategy")
    return Block(
        f"Against the fixed total, hybrid predictive rolling is {_where(view)}. Its best "
        f"difference is {interval(leads[best])} completions, in {best}.{caution}",
        figure, "interval chart", "S5 less fixed total by environment",
        "Right of the line S5 completes more. A grey interval holds zero: these quarters do not "
        f"decide. More quarters narrow it; {CLOSER}.", table,
        summary="All strategies against the fixed total",
        alt_message=f"S5 is {_where(view)}")


def _all_pairs(view: StrategiesView) -> Block:
    pairs = [pair if (pair.difference.mean or 0) >= 0 else pair.reverse()
             for pair in view.comparison.pairs]
    rows = [interval_row(f"{pair.first} less {pair.second}", pair.difference) for pair in pairs]
    apart = [pair for pair in pairs if pair.p_holm < 0.05]
    closest = min(pairs, key=lambda pair: abs(pair.difference.mean))
    figure = charts.intervals(
        rows, unit="learners", zero="no difference", better_above=None,
        subtitle=f"{view.plan.title} · completions · all environments together · 95% intervals")
    together = (f"{len(apart)} of {len(pairs)} pairs differ over all environments together, "
                "adjusted for their number (5%, Holm)")
    near = (f"the closest are {inside(view.strategy(closest.first))} and "
            f"{inside(view.strategy(closest.second))}, {interval(closest.difference)} apart")
    return Block(
        f"{together}; {near}.", figure, "interval chart", "differences of all pairs",
        "The strategy that completes more comes first. The same draws for both narrow an interval; "
        "by how much stands in the table, 1 being no gain.",
        Table("All pairs, all environments together",
              [row[0] for row in rows],
              {"Completions": [row[-1] for row in rows],
               "P-value (Holm)": ["below 0.0001" if pair.p_holm < 1e-4 else f"{pair.p_holm:.4f}"
                                  for pair in pairs],
               "Variance cut": [UNDEFINED if ratio is None else f"{ratio:.1f} times" for ratio in
                                (pair.difference.variance_ratio for pair in pairs)]},
              corner="Pair"), alt_message=together)


def people(view: StrategiesView) -> Several:
    """What a strategy asks of those who steer, and what learners of the equity floor get."""
    return Several((administration(view), equity(view)))


def goals(view: StrategiesView) -> Several:
    """What the hybrid strategy was to reach, whether it does, and what that does not show."""
    return Several((_goals(view), limits(view)))


def _goals(view: StrategiesView) -> Block:
    goals = view.comparison.goals
    misses, unclear = ([goal.goal for goal in goals if goal.verdict == verdict]
                       for verdict in (NOT_MET, UNDECIDED))
    successes = len(goals) - len(misses) - len(unclear)
    message = (f"S5 meets {successes} of {len(goals)} goals that were set for it"
               + (f"; it misses “{'”, “'.join(misses)}”" if misses else "")
               + (f"; undecided is “{'”, “'.join(unclear)}”" if unclear else "") + ".")
    return Block(message, table=Table(
        "Goals of the hybrid strategy", [goal.goal for goal in goals], {
            "Verdict": [goal.verdict for goal in goals],
            "Reached": [goal.words for goal in goals]}, corner="Goal", stacked=True), open=True,
        reading=f"On {view.replications} quarters in each environment; with few quarters a goal "
                "near its line can fall on either side.")


def limits(view: StrategiesView) -> Note:
    """What this comparison does not show."""
    return Note("What this comparison does not show:", (
        *view.comparison.limits,
        f"The figures rest on {view.replications} quarters in each environment; splits in "
        f"hindsight, single rules and levers on {view.work.hindsight} of them, varied "
        f"assumptions on {view.work.varied}, the linear program on {view.work.programs}. "
        f"More quarters say it closer; {CLOSER}."))


@cell
def check(view: StrategiesView) -> dict[str, str]:
    """Every check on the comparison, and its result."""
    environments = view.environments.values()
    over = sum(each.bounds.exceeded for each in environments)
    tapes = [tape for each in environments for tape in each.tapes]
    twice = len(tapes) - len(set(tapes))
    short = [name for name, each in view.environments.items()
             if len(each.tapes) != view.replications]
    spending = max(each.strategies[name]["spent"].mean or 0.0
                   for each in environments for name in view.names)
    apart = max((abs(sum(map(sum, view.spending(name, each).values()))
                     - (view.mean(name, "spent", each) or 0.0) * view.plan.total / 100)
                 for name in view.names for each in view.environments), default=0.0)
    return {
        "No strategy completes more than the clairvoyant bound":
            "holds" if not over else f"{over} quarters exceed it",
        "Every quarter has draws of its own": "holds" if not twice else f"{twice} occur twice",
        "Every environment has all quarters":
            "holds" if not short else f"some are missing in {listed(short)}",
        "No strategy spends more than the total":
            "holds" if spending <= 1 else f"one spends {percent(spending)} of it",
        "Spending by week and bucket adds up to what was spent":
            "holds" if apart < _APART else f"it is up to USD {apart:,.2f} apart",
    }


def checks(view: StrategiesView) -> Table:
    """The checks, a row each."""
    results = check(view)
    return Table("Checks on the comparison", list(results), {
        "Result": [sentence_case(result) if result != "holds" else result
                   for result in results.values()]}, corner="Check")


def words(view: StrategiesView) -> Table:
    """What the words of the page mean."""
    patience = int(view.comparison.tuned["S3"]["patience"])
    split = [f"{say(usd, 'USD')} for {inside(view.bucket(code))}" for code, usd
             in view.comparison.trained.opening.items() if usd]
    words = _WORDS | {
        "Flexible envelope (S3)": "The fixed total with those rules of the plan that move money "
                                  "within the quarter, rule A and the completion gate among them; "
                                  f"as its tuning chose, none acts before week {patience + 1}.",
        "Trained fixed split (S6)": "The fixed total from another opening split, of those that "
                                    "were tried the one with most completions on training "
                                    f"quarters of this plan: {listed(split)}."}
    return Table("Terms", list(words), {"Meaning": list(words.values())}, corner="Word")
