"""A small programme whose exports tests write, read and break."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from model.budget.plan.plan import load_plan
from model.budget.programme.columns import COLUMNS
from model.budget.programme.export import parse_records
from model.problems import InputError

START = date(2026, 1, 5)
PLAN = load_plan()
# The columns of nearly every export; few rows are about the money of an earlier one, or a mentor.
RARE = ("about", "mentor")
HEAD = ",".join(column for column in COLUMNS if column not in RARE)


def on(week, day=1):
    """The date of a working day of a week, both from 1."""
    return START + timedelta(days=7 * (week - 1) + day - 1)


def row(number, day, event, head=HEAD, **cells):
    """One line of an export."""
    cells = {"id": number, "date": day, "event": event, **cells}
    assert set(cells) <= set(COLUMNS)
    return ",".join(str(cells.get(column, "")) for column in head.split(","))


def text(*rows):
    """An export of rows (day, event, cells), which get their ids by place."""
    head = ",".join([HEAD, *(name for name in RARE
                             if any(more and name in more[0] for _, _, *more in rows))])
    lines = [row(number, day, event, head, **(more[0] if more else {}))
             for number, (day, event, *more) in enumerate(rows, 1)]
    return "\n".join([head, *lines]) + "\n"


def parsed(content, plan=PLAN):
    """What an export says."""
    return parse_records("export.csv",
                         content if isinstance(content, bytes) else content.encode(), plan)


def problems(content, plan=PLAN):
    """Line (None where it is the file) and sentence of everything that is wrong."""
    with pytest.raises(InputError) as caught:
        parsed(content, plan)
    for problem in caught.value.problems:
        assert str(problem).isprintable() and problem.what.endswith((".", "?")), problem
    return [(int(problem.where.partition(":")[2] or 0), problem.what)
            for problem in caught.value.problems]


def enrolled(day, learner, cohort="A", equity="no"):
    return day, "enrolled", {"learner": learner, "cohort": cohort, "equity": equity}


def booked(day, booking, due, learner, amount="75.00", bucket="ONE", hours="1"):
    return day, "booked", {"booking": booking, "due": due, "learner": learner, "bucket": bucket,
                           "hours": hours, "amount": amount}


def held(day, booking, **more):
    return day, "held", {"booking": booking, **more}


def no_show(day, booking, amount="75.00"):
    return day, "no_show", {"booking": booking, "amount": amount}


def by_mentor(day, booking):
    return day, "canceled_by_mentor", {"booking": booking}


def by_learner(day, booking, amount="0", notice="48"):
    return day, "canceled_by_learner", {"booking": booking, "amount": amount, "notice": notice}


def offered(day, hours, bucket="ONE"):
    return day, "offered", {"bucket": bucket, "hours": hours}


def paid(day, bucket, amount, **more):
    return day, "paid", {"bucket": bucket, "amount": amount, **more}


# Properties of whole programmes take a while each.
FEW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])

# Two weeks that can be added up by hand: cohort A ends with them, B goes on.
TWO_WEEKS = (
    (on(1), "cohort", {"cohort": "A", "due": on(2, 5)}),
    enrolled(on(1), "L1", equity="yes"), enrolled(on(1), "L2"), enrolled(on(1, 3), "L3", "B"),
    offered(on(1), "10"), offered(on(2), "20"), offered(on(2), "6", "GRP"),
    booked(on(1), "B1", on(1, 2), "L1", "112.50", hours="1.5"), held(on(1, 2), "B1"),
    booked(on(1), "B2", on(1, 3), "L2"), no_show(on(1, 3), "B2"),
    booked(on(1, 2), "B3", on(1, 4), "L2"), by_mentor(on(1, 4), "B3"),
    booked(on(1, 4), "B4", on(2), "L1"), by_learner(on(2), "B4", "37.50", "3"),
    booked(on(1, 4), "B5", on(2, 2), "L3", "150", hours="2"), held(on(2, 2), "B5"),
    booked(on(2), "B6", on(2, 3), "L2", "300", "GRP"), held(on(2, 3), "B6"),
    booked(on(2), "B7", on(2, 3), "L3", "0", "GRP"), no_show(on(2, 3), "B7", "0"),
    booked(on(2, 4), "B8", on(3), "L1"),
    (on(1, 5), "unserved", {"learner": "L2", "bucket": "GRP"}),
    paid(on(1, 5), "LIB", "100"), paid(on(2, 5), "MEA", "50"),
    (on(1, 5), "progress", {"learner": "L1", "value": "0.6"}),
    (on(1, 5), "progress", {"learner": "L2", "value": "0.1"}),
    (on(2, 5), "completed", {"learner": "L1"}), (on(2, 4), "left", {"learner": "L2"}),
    (on(2, 5), "satisfaction", {"learner": "L1", "value": "5"}),
    (on(2, 5), "satisfaction", {"learner": "L3", "value": "4"}),
    (on(2, 5), "recommendation", {"learner": "L1", "value": "9"}),
    (on(2, 5), "recommendation", {"learner": "L2", "value": "6"}),
    (on(2, 5), "recommendation", {"learner": "L3", "value": "7"}),
    (on(2, 5), "certification_passed", {"learner": "L1"}),
    (on(2, 5), "certification_failed", {"learner": "L3"}),
    (on(2, 5), "portfolio_piece", {"learner": "L1"}),
    (on(2, 5), "admin", {"value": "30", "note": "weekly check"}),
    (on(2, 5), "admin", {"value": "15", "note": "move"}))


@st.composite
def programmes(draw, weeks=13):
    """Rows of any programme that keeps to the rules of an export, up to the end of some week."""
    last = draw(st.integers(1, weeks))
    learners = draw(st.integers(1, 5))
    rows = [enrolled(on(1, draw(st.integers(1, 8))), f"L{n}",
                     draw(st.sampled_from("AB")), draw(st.sampled_from(["yes", "no"])))
            for n in range(learners)]
    rows += [offered(on(week), draw(st.integers(1, 40))) for week in range(1, last + 1)
             if draw(st.integers(0, 5))]
    for number in range(draw(st.integers(0, 25))):
        who, week = draw(st.integers(0, learners - 1)), draw(st.integers(3, 13))
        made, due = on(week - 1, draw(st.integers(1, 5))), on(week, draw(st.integers(1, 5)))
        amount = draw(st.integers(0, 30_000))
        charge = draw(st.integers(0, amount))
        rows.append(booked(made, f"B{number}", due, f"L{who}", usd(amount),
                           draw(st.sampled_from(["ONE", "GRP"])),
                           draw(st.sampled_from(["0.5", "1", "1.75"]))))
        end = draw(st.integers(0, 4))
        rows += [[], [held(due, f"B{number}")], [no_show(due, f"B{number}", usd(charge))],
                 [by_mentor(due, f"B{number}")],
                 [by_learner(made, f"B{number}", usd(charge), str(charge % 50))]][end]
        paid_for = {1: amount, 2: charge, 4: charge}.get(end, 0)
        if paid_for and not draw(st.integers(0, 3)):
            later = min(due + timedelta(days=draw(st.integers(0, 20))), on(13, 5))
            rows.append((later, "refunded", {"booking": f"B{number}", "amount": usd(
                draw(st.integers(1, paid_for)))}))
    rows += [paid(on(draw(st.integers(1, 13))), draw(st.sampled_from(["LIB", "MEA", "MKT"])),
                  usd(draw(st.integers(0, 90_000)))) for _ in range(draw(st.integers(0, 8)))]
    rows += [(on(draw(st.integers(3, 13))), draw(st.sampled_from(["completed", "left"])),
              {"learner": f"L{n}"}) for n in range(learners) if draw(st.booleans())]
    rows = [row for row in rows if row[0] <= on(last, 5)]
    # Something is reported on the last day, so that its week is complete.
    return [*rows, (on(last, 5), "admin", {"value": "1", "note": "report"})]


def usd(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def long_quarter(size):
    """An export of so many rows: bookings that are held, over eleven weeks."""
    rows = [enrolled(on(1), f"L{number}", "AB"[number % 2], "yes" if number % 7 == 0 else "no")
            for number in range(100)]
    rows += [offered(on(week), "500") for week in range(1, 12)]
    number = 0
    while len(rows) < size:
        number += 1
        day = on(number % 11 + 1, number % 5 + 1)
        rows += [booked(day, f"B{number}", day, f"L{number % 100}", "12"), held(day, f"B{number}")]
    return text(*rows)
