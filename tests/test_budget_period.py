"""A period is closed, what is left is carried over by rule or goes back, and the next follows."""

import json

import pytest
from quarter import booked, enrolled, held, on, paid, text
from reviews import quarter

from model import cli
from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import read_lines, verify
from model.budget.plan.plan import CON, LIB, load_plan
from model.budget.programme.export import parse_records
from model.budget.steering.checks import check
from model.budget.steering.period import begin_next, carried_over, close
from model.budget.steering.review import draft
from model.budget.steering.words import sentence
from model.problems import InputError

WHOLE = [enrolled(on(1), "L1"), paid(on(2), "LIB", "11000"), booked(on(2), "B1", on(3), "L1", "90"),
         held(on(3), "B1"), paid(on(13, 5), "MEA", "12000")]


def entered(rows, path, plan, **answer):
    review = draft(plan, parse_records("export.csv", text(*rows).encode(), plan), path, **answer)
    review.write()
    return review


def moved(rows, days):
    """Rows of an export so many days later."""
    return [(day + days, event, *({**each, "due": each["due"] + days} if "due" in each else each
                                  for each in more)) for day, event, *more in rows]


def test_a_carry_is_a_share_of_what_is_left_up_to_a_share_of_the_total():
    plan = load_plan()
    # A twentieth of 120,000 at most.
    assert carried_over(plan, 500_000) == 500_000 and carried_over(plan, 900_000) == 600_000
    assert carried_over(load_plan(changes={"carry.share": 0.5}), 500_000) == 250_000
    assert carried_over(load_plan(changes={"carry.share": 0}), 500_000) == 0
    reserve = load_plan(changes={"rule_b.funder_allows": 0})
    assert carried_over(reserve, 900_000, 600_000) == 900_000
    assert carried_over(plan, 900_000, 600_000) == 600_000


def test_a_closed_period_returns_what_is_left_and_takes_nothing_more(tmp_path):
    path, plan = tmp_path / "log", load_plan()
    entered(WHOLE, path, plan)
    past = close(plan, path, " Ann ")
    left = 12_000_000 - 1_100_000 - 9_000 - 1_200_000
    assert int(past.balances.returned) == left and past.carry == 600_000
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["time"]) == ("close", "Ann", plan.end.isoformat())
    assert last["inputs"] == {"carry": 600_000} and verify(path) is None
    later = entered(WHOLE, path, plan)
    assert later.additions == () and check(plan, later).failed == ()
    assert sentence(later).endswith("The period is closed: USD 96,910.00 is left, of which USD "
                                    "6,000.00 is carried over and USD 90,910.00 goes back.")
    more = entered([*WHOLE, paid(on(13, 5), "LIB", "1")], path, plan)
    assert [each.why for each in more.intake.refusals] == ["the quarter is closed"]
    with pytest.raises(InputError, match="is closed already"):
        close(plan, path, "Ann")
    assert as_bytes(replay(path)) == as_bytes(cells(more.balances))


@pytest.mark.parametrize(("rows", "by", "said"), [
    (WHOLE[:-1], "Ann", "up to the end of week 2 of 13; review the whole period first"),
    ([*WHOLE, booked(on(3), "B2", on(4), "L1", "75")], "Ann", "open commitments of USD 75.00"),
    (WHOLE, "", "names nobody")])
def test_a_period_that_is_not_over_is_not_closed(tmp_path, rows, by, said):
    path, plan = tmp_path / "log", load_plan()
    entered(rows, path, plan)
    content = path.read_bytes()
    with pytest.raises(InputError) as caught:
        close(plan, path, by)
    assert said in str(caught.value) and path.read_bytes() == content


def test_four_quarters_follow_on_each_other_to_the_cent(folder):
    """A year: each quarter's log ends with the hash of the next, which begins with its own."""
    scenario, log, brought, days = "base", folder / "q1.jsonl", 0, 0
    for number in range(2, 6):
        plan = load_plan(scenario)
        # The first has no more than its own total; of the others the rest is carried over once.
        assert plan.total == 12_000_000 + brought and (plan.start - on(1)).days == days
        rows = moved(WHOLE, on(1 + days // 7) - on(1))
        review = entered(rows, log, plan)
        assert check(plan, review).failed == () and int(review.balances.spent[LIB]) == 1_100_000
        # A later period of the same plan has the same measured interval.
        assert review.misses is not None and review.misses.weeks == 13
        past = close(plan, log, "Ann")
        assert int(past.balances.returned) == plan.total - 2_309_000
        brought = int(0.05 * plan.total)
        assert past.carry == brought
        name, after = f"quarter_{number}", folder / f"q{number}.jsonl"
        made = begin_next(plan, log, name, after, "Ann")
        assert (made.carry, made.increase) == (brought, 0) and made.plan == load_plan(name)
        *_, shut, following = read_lines(log)
        (first,) = read_lines(after)
        assert first["inputs"]["after"] == following["prev"] and shut["kind"] == "close"
        assert following["kind"] == "next" and following["inputs"]["scenario"] == name
        assert int(sum(cents for cell, cents in first["after"].items()
                       if cell.endswith(".planned"))) == 12_000_000 + brought
        assert verify(log) is None and verify(after, following["inputs"]["before"]) is None
        scenario, log, days = name, after, days + 91


def test_rule_b_lets_the_next_period_spend_more(folder):
    plan, log = load_plan(changes={"rule_b.cost_target": 5000}), folder / "log"
    rows = [*quarter([80] * 13, learners=20), *((on(13, 5), "completed", {"learner": f"L{number}"})
                                                for number in range(19))]
    proposal = next(each.proposal.id for each in entered(rows, log, plan).standing
                    if each.proposal.rule == "R14")
    entered(rows, log, plan, approve=[proposal], by="Ann")
    close(plan, log, "Ann")
    made = begin_next(plan, log, "more", folder / "more.jsonl", "Ann")
    assert (made.carry, made.increase) == (600_000, 600_000)
    assert made.plan.total == 13_200_000 and int(made.plan.opening[CON]) == 660_000
    with pytest.raises(InputError, match="is followed by 'more' already"):
        begin_next(plan, log, "again", folder / "again.jsonl", "Ann")


def test_a_next_period_that_cannot_begin_leaves_nothing_behind(folder, capsys):
    export = folder / "export.csv"
    export.write_text(text(*WHOLE))
    command = ["budget", "next", "--log", "log", "--name", "second", "--to", "second.jsonl", "--by",
               "Ann"]
    assert cli.main(["budget", "review", "--events", "export.csv", "--log", "log"]) == 0
    capsys.readouterr()
    assert cli.main(command) == 2
    assert "log is not closed; close it first" in capsys.readouterr().err
    assert cli.main(["budget", "close", "--log", "log", "--by", "Ann"]) == 0
    assert "USD 6,000.00 is carried over" in capsys.readouterr().out
    for wrong, said in ((["--name", "small_pilot"], "is a scenario already"),
                        (["--name", "No Name"], "is no name of a scenario"),
                        (["--to", "log"], "is there already"), (["--by", ""], "names nobody")):
        assert cli.main([*command, *wrong]) == 2
        assert said in capsys.readouterr().err
    assert not (folder / "second.jsonl").exists()
    assert cli.main(command) == 0
    assert "second: 13 weeks from 2026-04-06 to 2026-07-05 with USD 126,000.00, of which USD " \
        "6,000.00 is carried over" in capsys.readouterr().out
    assert cli.main(["check", "budget", "-s", "second"]) == 0
    export.write_text(text(*moved(WHOLE, on(14) - on(1))))
    capsys.readouterr()
    assert cli.main(["budget", "review", "--events", "export.csv", "--log", "second.jsonl",
                     "--plan", "second", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ledger"]["total"] == 12_600_000
