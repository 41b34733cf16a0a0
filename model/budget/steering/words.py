"""A review in words for a terminal, and as JSON; the module `review` says what the JSON holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from model.budget.accounts.balances import COLUMNS, Balances
from model.budget.money import digits, dollars
from model.budget.plan.schema import BUCKETS
from model.budget.programme.hindsight import Hindsight
from model.budget.programme.kpis import headline, target_text
from model.budget.steering import approval, history
from model.budget.steering.agenda import agenda_sentence, decisions, figures
from model.budget.steering.history import RULES
from model.budget.steering.review import Review
from model.counts import count, inside, listed
from model.views.formats import format_value
from model.views.markup import plain

_PROPOSALS = ("Proposals, each to be approved by a person (a move that is large or past a gate "
              "needs a further review)")


def as_text(review: Review) -> str:
    """The whole review, ended by a line that says what was written, and the log's last hash."""
    alerts = "\n".join(f"  {plain(alert)}" for alert in review.alerts)
    parts = [_head(review), sentence(review), _week(review), _buckets(review), _rules(review),
             _proposals(review), _forecast(review), _kpis(review), _equity(review),
             alerts and f"Look at\n{alerts}", _closing(review)]
    return "\n\n".join(part for part in parts if part)


def _head(review: Review) -> str:
    plan, records = review.plan, review.records
    remark = f"\n{records.remark}" if records.remark else ""
    if amended := amendments(review):
        remark += f"\n{amended}"
    return (f"{plan.title}, {plan.scenario_title}: {records.name}, {len(records.rows):,} rows to "
            f"{records.as_of}{remark}")


def amendments(review: Review) -> str:
    """From which weeks on the plan was amended; empty where it never was."""
    weeks = sorted({each.week for each in review.log.versions.amendments})
    return f"The plan was amended from week {listed(list(map(str, weeks)))} on." if weeks else ""


def sentence(review: Review, amount: Callable[[int], str] = dollars) -> str:
    """What is spent, what is expected, and what waits; `amount` writes cents."""
    plan, whole, complete = review.plan, review.forecast[-1], review.signals.complete
    week = f"After {complete} of {plan.weeks} weeks" if complete else \
        "Before the first week is complete"
    spending = f"{amount(int(review.balances.spent.sum()))} of {amount(plan.total)} is spent"
    if review.misfit:
        spending = (f"{amount(review.spending)} is reported, of which {amount(review.misfit)} does "
                    f"not fit the plan; {spending} in its ledger")
    if whole.expected is None:
        ahead = f"nothing can be said of the end, as {whole.reason}"
    else:
        ahead = f"{amount(round(whole.expected))} is expected by the end"
        if whole.low is not None and complete < plan.weeks:
            ahead += f" ({amount(round(whole.low))} to {amount(round(whole.high))})"
        if review.overrun:
            ahead += f", and {amount(review.overrun)} more than the total would be needed"
    number, few = len(review.open), len(review.together)
    waits = "no proposal waits" if not number else \
        "one proposal waits" if number == 1 else f"{number} proposals wait"
    limit = "" if few == number else f", of which {few} can be approved together"
    learners = len(plan.values["cohorts.start_weeks"]) * plan.whole("cohorts.learners")
    enrolment = (f"with {len(review.records.learners):,} of {learners:,} planned learners enrolled")
    end = close_sentence(review.balances, review.log.carry, amount)
    return f"{week}, {enrolment}, {spending}; {ahead}; {waits} for a person{limit}. {end}".rstrip()


def close_sentence(balances: Balances, carry: int, amount: Callable[[int], str] = dollars) -> str:
    """What was left at a close, and where it goes; empty before it."""
    if not balances.closed:
        return ""
    left = int(balances.returned)
    return (f"The period is closed: {amount(left)} is left, of which {amount(carry)} is carried "
            f"over and {amount(left - carry)} goes back.")


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """Rows under heads; the first `texts` columns are aligned to the left. Empty without rows."""
    cells = [list(heads), *([plain(cell) for cell in row] for row in rows)]
    if len(cells) == 1:
        return ""
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) if at < texts else cell.rjust(width)
                       for at, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in cells]
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _week(review: Review) -> str:
    """What is to be decided now, and where the programme stands."""
    lines = [f"  {agenda_sentence(review)}"]
    for each in decisions(review):
        until = f", up to the end of week {each.until}" if each.until else ""
        remark = f"; {each.remark}" if each.remark else ""
        lines += [f"  {each.id:5} {each.title}", f"        {each.why}",
                  f"        {each.rule}; {each.role} answers{until}{remark}"]
    rows = [[each.label, each.now, each.target, each.before,
             {None: "", True: "misses it", False: "meets it"}[each.misses]]
            for each in figures(review)]
    table = _table("", ("", "now", "target", "a week before", ""), rows, 5)
    return plain_lines(["This week", *lines, *table.splitlines()[1:]])


def plain_lines(lines: Iterable[str]) -> str:
    return "\n".join(plain(line) for line in lines)


def _buckets(review: Review) -> str:
    columns = [getattr(review.balances, name) for name in COLUMNS]
    rows = [[code, review.plan.buckets[code].label, *(digits(column[at]) for column in columns)]
            for at, code in enumerate(BUCKETS)]
    rows.append(["", "Total", *(digits(column.sum()) for column in columns)])
    return _table("Ledger, USD", ("bucket", "", *COLUMNS), rows, 2)


def _rules(review: Review) -> str:
    marks = {history.FIRED: "FIRED", history.NOT_DUE: ".", history.UNJUDGED: "?",
             history.WARMING: "-", history.NOTHING_LEFT: "=", history.LATER: "<",
             history.ANSWERED: "x"}
    rows = [[rule, review.plan.rules[rule].label, review.plan.rules[rule].owner,
             *(marks.get(status, status) for week in review.weeks
               for status in [week.status[rule]])] for rule in RULES]
    heads = ("rule", "", "owner", *(f"w{week.number}" for week in review.weeks))
    return _table("Rules by week (. not due, - warming up, ? not judged; its condition holds: = "
                  "nothing to move, < another rule takes first, x declined or expired)",
                  heads, rows, 3) \
        if review.weeks else ""


def _proposals(review: Review) -> str:
    lines = []
    for each in review.standing:
        what = each.proposal
        lines += [f"  {what.id}  {what.rule} ({review.plan.rules[what.rule].label}), "
                  f"week {what.week}  [{state_of(each)}]", f"      {what.evidence}"]
        if each.state == approval.OPEN:
            lines.append(f"      {effect(review, each)}")
    if not lines:
        return "Proposals: none."
    return "\n".join([_PROPOSALS, *lines, *(f"  {line}" for line in [in_order(review)] if line)])


def state_of(each: approval.Standing) -> str:
    """The state of a proposal, and what it still needs or competes with."""
    if each.state != approval.OPEN:
        return f"{each.state}: {each.why}"
    needs = "; further review needed" if each.proposal.needs_approval else ""
    against = "; competes with those before it" if each.competes else ""
    return f"{each.state}{needs}{against}"


def in_order(review: Review, amount: Callable[[int], str] = dollars) -> str:
    """How many open proposals can be approved together; empty where that says nothing."""
    waiting, fit = review.open, review.together
    if not waiting:
        return ""
    if len(fit) == len(waiting):
        return "" if len(waiting) == 1 else f"All {len(waiting)} can be approved together."
    cents = sum(each.proposal.cents for each in fit if each.proposal.kind == "move")
    rest = [review.short_ids[each.proposal.id] for each in waiting if each.competes]
    verb = "is" if len(rest) == 1 else "are"
    return (f"Of the {len(waiting)} that are open, {len(fit)} can be approved in the order listed, "
            f"for {amount(cents)}; {', '.join(rest)} {verb} then no longer possible.")


def effect(review: Review, each: approval.Standing) -> str:
    """What a proposal would do after the open ones before it, or why it can do nothing then."""
    if not each.now.planned:
        return each.proposal.effect
    source, destination = (inside(review.plan.buckets[code].label)
                           for code in (each.proposal.source, each.proposal.destination))
    if each.competes:
        return (f"{dollars(each.proposal.cents)} from {source} to {destination}; not after those "
                f"before it, as {each.competes}.")
    change = "; ".join(f"{inside(review.plan.buckets[code].label)} {digits(before)} → "
                       f"{digits(after)}" for code, (before, after) in each.then.planned.items())
    caps = f"{source} may then still give {dollars(each.then.bucket_left)}"
    if each.then.rule_left != each.then.bucket_left:
        caps += (f", {dollars(each.then.rule_left)} of it by "
                 f"{inside(review.plan.rules[each.proposal.rule].label)}")
    first = next(other for other in review.open if other.now.planned)
    after = "" if each is first else ", after those before it"
    return f"{dollars(each.proposal.cents)}{after}: planned {change}; {caps}."


def _forecast(review: Review) -> str:
    rows, reasons = [], []
    for each in review.forecast:
        if each.expected is None:
            reasons.append(f"  {each.bucket}: {each.reason}.")
            continue
        rows.append([each.bucket, digits(each.planned), digits(each.spent),
                     digits(round(each.expected)),
                     "–" if each.low is None else digits(round(each.low)),
                     "–" if each.high is None else digits(round(each.high)),
                     format_value(each.error, "fraction"), str(each.origins)])
    share = format_value(review.plan["forecasting.interval"], "fraction")
    table = _table(f"Spending by the end, USD, with an interval of {share} and the error of such "
                   "forecasts one week ahead",
                   ("bucket", "planned", "spent", "expected", "low", "high", "error", "weeks"),
                   rows)
    if not table:
        return f"Forecast: none, as {review.forecast[-1].reason}."
    held = held_sentence(review)
    return "\n".join([table, *reasons, *([f"  {held}"] if held else [])])


def held_sentence(review: Review) -> str:
    """How often intervals such as that of all held simulated quarters; empty where none were
    simulated of this plan."""
    known, coverage = review.misses, review.plan["forecasting.interval"]
    if known is None or known.level(coverage) is None:
        return ""
    least, most = (f"{share:.0%}" for share in known.held[known.level(coverage)])
    return (f"Intervals of all made in the same way held the end of {least} to {most} of simulated "
            f"quarters, by week, environment and way of steering ({known.quarters} quarters each, "
            "none of which the intervals were made from).")


def _kpis(review: Review) -> str:
    rows = [[kpi.definition.label, kpi.period, target_text(review.plan, kpi.name) or "–", kpi.text]
            for kpi in headline(review.kpis, review.plan)]
    return _table("Headline KPIs", ("KPI", "period", "target", "value"), rows, 4)


def hindsight_text(rows: Sequence[Hindsight], coverage: float) -> str:
    """How the forecasts of a period that is over did, and in how many weeks the interval held."""
    judged = [row for row in rows if row.is_held is not None]
    held = sum(row.is_held for row in judged)
    table = _table(f"Spending of all, USD, as it was forecast; {digits(rows[0].came)} came",
                   ("week", "expected", "low", "high", "held"),
                   [[str(row.week), *("–" if cents is None else digits(round(cents)) for cents in (
                       row.forecast.expected, row.forecast.low, row.forecast.high)),
                     "–" if row.is_held is None else "yes" if row.is_held else "no"]
                    for row in rows])
    return (f"{table}\nThe interval of {format_value(coverage, 'fraction')} held what came in "
            f"{held} of {count(len(judged), 'week')} in which there was one; the weeks of one "
            "period hang together, so a single period proves little.")


def _equity(review: Review) -> str:
    rows = [[floor.bucket, digits(floor.reserved), digits(floor.spent), digits(floor.committed),
             digits(floor.remainder)] for floor in review.floors]
    return _table("Equity floor, USD", ("bucket", "reserved", "spent", "committed", "left"), rows)


def _closing(review: Review) -> str:
    intake, path = review.intake, review.log.path
    if path is None:
        return ("Dry run: nothing was written. Name a log with --log FILE to keep the ledger, and "
                "approve with --approve ID --by NAME, or decline with --decline ID --reason WORDS "
                "--by NAME.")
    added = len(review.additions)
    last = (f"\nLast hash {review.log.head}; kept elsewhere and given to a later review with "
            "--head, it shows where the log was cut or written anew.")
    if not added:
        return f"{path}: holds all of this already; nothing was added.{last}"
    return (f"{path}: {count(added, 'entry', 'entries')} added, {intake.now:,} of them money "
            f"events of the export; {intake.before:,} were there.{last}")


def as_json(review: Review) -> str:
    """The whole review as JSON, amounts in whole cents."""
    plan, records, balances = review.plan, review.records, review.balances
    return json.dumps({
        "scenario": plan.scenario, "as_of": records.as_of.isoformat(),
        "complete_weeks": review.signals.complete, "sentence": sentence(review),
        "export": {"file": records.name, "remark": records.remark, "digest": records.digest,
                   "rows": len(records.rows)},
        "buckets": [{"code": code, "label": plan.buckets[code].label,
                     **{name: int(getattr(balances, name)[at]) for name in COLUMNS}}
                    for at, code in enumerate(BUCKETS)],
        "ledger": {
            "total": plan.total, "released": int(balances.released_total),
            "entered": review.intake.now, "entered_before": review.intake.before,
            "log": str(review.log.path) if review.log.path else None,
            "head": review.log.head,
            "refused": [_row(each, "id line day bucket cents why") | {"day": each.day.isoformat()}
                        for each in review.intake.refusals]},
        "rules": [{"rule": rule, **_row(plan.rules[rule], "label owner cadence"),
                   "weeks": [week.status[rule] for week in review.weeks]} for rule in RULES],
        "proposals": [{"short": review.short_ids[each.proposal.id], **_proposal(each)}
                      for each in review.standing],
        "forecast": [_row(each, "bucket planned spent expected low high demand coverage error "
                                "origins")
                     | {"reason": each.reason or each.unsure} for each in review.forecast],
        "week": {
            "sentence": agenda_sentence(review),
            "decisions": [_row(each, "id title why rule role until remark")
                          for each in decisions(review)],
            "figures": [_row(each, "label now target before misses")
                        for each in figures(review)]},
        "anomalies": [{"series": each.series, "week": each.week, "observed": each.value,
                       **_row(each, "usual z words")} for each in review.anomalies],
        "kpis": [_row(kpi, "name segment period value numerator denominator reason")
                 for kpi in review.kpis],
        "equity": [_row(floor, "bucket reserved spent committed") | {"left": floor.remainder}
                   for floor in review.floors],
        "alerts": list(review.alerts)}, indent=1, ensure_ascii=False, allow_nan=False)


def _proposal(each: approval.Standing) -> dict:
    return {**_row(each.proposal, "id rule week kind source destination cents evidence effect"),
            "planned": each.now.planned,
            "caps": {"of_bucket": each.now.bucket_left, "of_rule": each.now.rule_left},
            "needs_approval": each.proposal.needs_approval, "state": each.state, "why": each.why,
            "together": each.state == approval.OPEN and not each.competes,
            "then": each.then.planned}


def _row(each: object, names: str) -> dict:
    """Some attributes of an object, by their names."""
    return {name: getattr(each, name) for name in names.split()}
