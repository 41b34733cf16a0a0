"""A year of a programme: four quarters with everything that can happen to sessions, learners and
money, answered at random and now and then used wrongly, and a count of its money of its own.
"""

from datetime import timedelta

from quarter import parsed, text, usd

from model.budget.accounts.ledger import as_bytes, balances_of, cells, replay
from model.budget.accounts.log import verify
from model.budget.plan.plan import load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.steering.checks import check
from model.budget.steering.period import begin_next, close
from model.budget.steering.review import draft
from model.problems import InputError

REVIEWS = (7, 13)
MENTORS = ("Mia", "Leo", "Ida")


def rows_of(rng, plan, learners=16, sessions=8):
    """Random rows of a quarter in which every booking has ended and money came back."""
    def day(week, number=1):
        return plan.start + timedelta(days=7 * (week - 1) + number - 1)

    rows, charged = [], []
    for number in range(learners):
        rows.append((day(1 + number % 3), "enrolled", {
            "learner": f"L{number}", "cohort": "AB"[number % 2],
            "equity": "yes" if number % 5 == 0 else "no"}))
    rows += [(day(5), "transferred", {"learner": "L3", "cohort": "A"}),
             (day(4), "left", {"learner": "L4"}), (day(7), "returned", {"learner": "L4"}),
             (day(13, 4), "completed", {"learner": "L4"})]
    for week in range(3, plan.weeks + 1):
        rows.append((day(week), "offered", {"bucket": "ONE", "hours": "40", "mentor": "Mia"}))
        for number in range(int(rng.integers(2, sessions))):
            code, cents = f"B{week}-{number}", int(rng.integers(0, 60_000))
            bucket = "ONE" if rng.random() < 0.8 else "GRP"
            due = day(week, int(rng.integers(2, 4)))
            rows.append((day(week), "booked", {
                "booking": code, "due": due, "learner": f"L{rng.integers(learners)}",
                "bucket": bucket, "hours": str(rng.choice(["0.83", "1", "1.5"])),
                "amount": usd(cents), "mentor": str(rng.choice(MENTORS))}))
            if rng.random() < 0.15 and week < plan.weeks:
                rows.append((day(week), "rescheduled", {"booking": code,
                                                        "due": due + timedelta(days=7)}))
                due += timedelta(days=7)
            rows += _end(rng, code, due, cents, charged)
        bucket, cents = str(rng.choice(["LIB", "MEA", "GRP"])), int(rng.integers(1, 60_000))
        rows.append((day(week, 4), "paid", {"bucket": bucket, "amount": usd(cents)}))
    rows += _back(rng, charged, plan.end - timedelta(days=2))
    payment = next(at for at, (_, event, _) in enumerate(rows, 1) if event == "paid")
    rows.append((plan.end - timedelta(days=2), "reversed", {"about": str(payment)}))
    rows += [(day(week, 5), "progress", {"learner": f"L{number}", "value": f"{week / 30:.2f}"})
             for week in (4, 8) for number in range(learners)]
    return [*rows, (day(plan.weeks, 5), "admin", {"value": "1", "note": "report"})]


def _end(rng, code, due, cents, charged):
    """What becomes of a booking; what was charged joins the list."""
    kind = str(rng.choice(["held", "held", "held", "no_show", "canceled_by_learner",
                           "canceled_by_mentor", "mentor_no_show"]))
    more = {"booking": code}
    if kind in ("held", "no_show"):
        more["amount"] = usd(cents)
    elif kind == "canceled_by_learner":
        cents = cents // 2
        more |= {"amount": usd(cents), "notice": "3"}
    else:
        cents = 0
    if cents:
        charged.append((code, cents))
    return [(due, kind, more)]


def _back(rng, charged, day):
    """Money that comes back of some charges, in one part or two."""
    rows = []
    for code, cents in charged:
        if (rng.random() < 0.1 or not rows) and cents > 1:
            part = int(rng.integers(1, cents))
            rows.append((day, "refunded", {"booking": code, "amount": usd(part)}))
            if rng.random() < 0.5:
                rows.append((day, "refunded", {"booking": code, "amount": usd(cents - part)}))
    return rows


def spending(rows):
    """What is spent by bucket, added up from the rows alone. [cents]"""
    bucket_of = {more["booking"]: more["bucket"] for _, event, more in rows if event == "booked"}
    total = dict.fromkeys(BUCKETS, 0)
    for _, event, more in rows:
        cents = round(100 * float(more.get("amount", 0)))
        if event == "paid":
            total[more["bucket"]] += cents
        elif event in ("held", "no_show", "canceled_by_learner"):
            total[bucket_of[more["booking"]]] += cents
        elif event == "reversed":
            _, _, origin = rows[int(more["about"]) - 1]
            total[origin["bucket"]] -= round(100 * float(origin["amount"]))
        elif event == "refunded":
            total[bucket_of[more["booking"]]] -= cents
    return total


def refused(path, act):
    """Whether something is refused without a trace in the log."""
    before = path.read_bytes()
    try:
        act()
    except InputError:
        return path.read_bytes() == before
    return False


def _up_to(rows, day):
    """The export as it was before a day; each row keeps its id."""
    header, *lines = text(*rows).splitlines()
    past = [line for line, (date, *_) in zip(lines, rows, strict=True) if date < day]
    return "\n".join([header, *past]) + "\n"


def quarter_of(rng, plan, path, sessions):
    """Review a quarter in parts, answer at random, use it wrongly now and then, close it. Gives
    what was closed and what was added up beside it."""
    rows = rows_of(rng, plan, sessions=sessions)
    records = parsed(text(*rows), plan)
    for week in REVIEWS:
        until = parsed(_up_to(rows, plan.monday(week + 1)), plan)
        review, answers = draft(plan, until, path), {"approve": [], "decline": []}
        for each in review.together:
            answers[str(rng.choice(["approve", "decline"]))].append(
                review.short_ids[each.proposal.id])
        who = {"by": "Ann", "reason": "need"}
        move = [("CON", str(rng.choice(["ONE", "GRP"])), int(rng.integers(1, 20_000)))]
        try:
            draft(plan, until, path, move=move, **who, **answers).write()
        except InputError:
            # The reserve may be used up by then.
            draft(plan, until, path, **(who | answers if review.together else {})).write()
        assert refused(path, _misuse(rng, plan, until, path, rows))
    past = close(plan, path, "Ann")
    return past, draft(plan, records, path), spending(rows)


def _misuse(rng, plan, until, path, rows):
    """One of the ways in which a log could be spoiled."""
    changed = [(day, event, {**more, "amount": "0.01"} if event == "paid" else more)
               for day, event, more in rows]
    return (
        lambda: draft(plan, until, path, by="", approve=["0000"]).write(),
        lambda: draft(plan, until, path, by="Ann", approve=["0000"]).write(),
        lambda: draft(plan, until, path, by="Ann", reason="x",
                      move=[("ONE", "MKT", 10**9)]).write(),
        lambda: draft(plan, until, path, by="Ann", reason="x",
                      move=[("MEA", "ONE", 100)]).write(),
        lambda: draft(plan, parsed(text(*changed), plan), path).write(),
        lambda: draft(plan, parsed(text(*rows[:20]), plan), path).write(),
        lambda: begin_next(plan, path, "never", path.with_name("never"), "Ann"),
    )[int(rng.integers(7))]


def run_year(rng, folder, first="base", quarters=4, sessions=8):
    """Four quarters in a chain, each held against a count of its own to the cent."""
    scenario, path, brought = first, folder / "quarter_1.jsonl", 0
    for number in range(2, quarters + 2):
        plan = load_plan(scenario)
        past, review, own = quarter_of(rng, plan, path, sessions)
        assert plan.total == 12_000_000 + brought
        ledger = {code: int(past.balances.spent[at]) for at, code in enumerate(BUCKETS)}
        assert ledger == own and not review.intake.refusals, (ledger, own)
        assert not past.balances.committed.any()
        assert int(past.balances.planned.sum()) == plan.total
        assert int(past.balances.returned) == plan.total - sum(own.values())
        assert check(plan, review).failed == () and verify(path) is None
        assert as_bytes(replay(path)) == as_bytes(cells(past.balances))
        assert cells(balances_of(replay(path))) == cells(past.balances)
        brought = past.carry
        assert brought == min(plan.total - sum(own.values()), plan.total // 20)
        scenario, after = f"{first}_{number}", folder / f"quarter_{number}.jsonl"
        made = begin_next(plan, path, scenario, after, "Ann")
        brought += made.increase
        path = after
