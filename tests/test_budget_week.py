"""What is to be decided this week, in names and with short ids, and who may decide it."""

import re

import pytest
from quarter import PLAN, enrolled, on, paid, parsed, text
from reviews import EXAMPLE, IDLE, asked, reviewed

from model import folders
from model.budget.money import dollars
from model.budget.plan.plan import load_plan
from model.budget.steering import approval
from model.budget.steering.agenda import agenda_sentence, decisions, figures
from model.budget.steering.amendment import amend
from model.budget.steering.period import begin_next, close
from model.budget.steering.proposals import short_ids
from model.budget.steering.words import as_text
from model.pages import budget as page
from model.pages.budget.view import open_budget
from model.problems import InputError

# Rule A asks for 6,600 of the 66,000 of one-to-one mentoring, more than 5% of the total.
OWN = {"roles.Program manager": ["Ann Lee", "Bo Kim"], "roles.Mentor advisory board": ["Cy Roe"]}
PEOPLE = load_plan("base", OWN)


def test_a_short_id_is_the_end_of_the_long_one_and_no_two_are_alike():
    names = ["R10-w05-ONE-MKT-6bf1", "R11-w07-CON-REC-4eeb", "R12-w08-ONE-LIB-6bf1"]
    assert short_ids(names) == {names[0]: "6bf1", names[1]: "4eeb", names[2]: "6bf1g"}
    # Who comes later takes no id away.
    assert short_ids(names[:2]).items() <= short_ids(names).items()
    many = [f"R10-w01-x-{at:04x}" for at in (1, 1, 2, 1)] + ["R11-w01-y-0001", "R12-w01-z-0001"]
    found = short_ids(many)
    assert len(set(found.values())) == len(found) == 4


@pytest.mark.parametrize("option", ["approve", "decline"])
def test_a_short_id_answers_what_the_long_one_would(tmp_path, option):
    path = tmp_path / "log"
    (name,) = (each.proposal.id for each in reviewed(IDLE, path).standing)
    reason = {"reason": "exams"} if option == "decline" else {}
    review = reviewed(IDLE, path, **{option: [name[-4:]]}, by="Ann Lee", **reason)
    state = {"approve": approval.APPROVED, "decline": approval.DECLINED}[option]
    assert [(each.proposal.id, each.state) for each in review.standing] == [(name, state)]
    with pytest.raises(InputError, match="already"):
        reviewed(IDLE, path, **{option: [name]}, by="Ann Lee", **reason)


def test_the_week_says_what_to_decide_what_is_free_and_what_will_be_left():
    review = reviewed(IDLE)
    (first,) = decisions(review)
    assert first.title == "Move USD 6,600.00 from one-to-one mentoring to marketing"
    assert (first.id, first.rule) == (review.standing[0].proposal.id[-4:],
                                      "Rule A: idle one-to-one hours")
    # Asked for in week 5, and without an answer for six weeks it expires.
    assert (first.role, first.until) == ("Program manager", 11)
    said = agenda_sentence(review)
    free, left = int(review.balances.available.sum()), round(
        PLAN.total - review.forecast[-1].expected)
    assert f"{dollars(free)} of USD 120,000.00 is free" in said
    assert f"{dollars(left)} is expected to be left at the end" in said
    assert "1 decision waits; the first can be answered up to the end of week 11" in said
    now, end, *kpis = figures(review)
    assert now.now == dollars(free) and end.misses and end.target == "at most USD 12,000.00"
    # 80% three times, then 74% twice: 77.6% in five weeks, 78.5% in the four before.
    used = next(each for each in kpis if each.label == "One-to-one utilization")
    assert (used.now, used.before, used.target, used.misses) == (
        "77.6%", "78.5%", "at least 75.0%", False)


def test_the_interval_of_what_is_left_is_that_of_spending_turned_round():
    review = reviewed(IDLE)
    whole = review.forecast[-1]
    low, high = (dollars(PLAN.total - round(end)) for end in (whole.high, whole.low))
    assert f"({low} to {high})" in agenda_sentence(review) and f"({low} to {high})" in \
        figures(review)[1].now


def test_who_is_on_track_stands_for_a_completion_that_is_not_known_yet():
    labels = [each.label for each in figures(reviewed(IDLE))]
    assert "On-track rate" in labels and "Completion rate" not in labels


@pytest.mark.parametrize("rows", [
    [enrolled(on(1), "L1"), paid(on(1, 5), "LIB", "3")],
    [enrolled(on(1), "L1"), paid(on(13, 5), "LIB", "3")],
    [enrolled(on(1), "L1")]])
def test_a_week_without_decisions_says_so(rows):
    review = reviewed(rows)
    assert agenda_sentence(review).startswith("Nothing waits for a decision.")
    texts = [agenda_sentence(review)] + [
        part for each in figures(review) for part in (each.now, each.target, each.before)]
    assert all(texts) and not any(re.search(r"\b(None|nan)\b", each) for each in texts), texts


def test_the_page_and_the_text_begin_with_the_week_and_hold_no_codes():
    text = as_text(reviewed(IDLE))
    assert text.index("This week") < text.index("Ledger, USD")
    view = open_budget()
    for name in ("header", "week", "envelope", "forecast", "rules", "proposals", "moves",
                 "outcomes", "equity", "checks"):
        html = getattr(page, name)(view)._repr_html_()
        said = re.sub(r"<style>.*?</style>|src(set)?=\"data:[^\"]*\"|<[^>]*>", " ", html,
                      flags=re.DOTALL)
        code = re.search(r"\b(ONE|GRP|LIB|MEA|CON|MKT|REC|RED|R1\d|R2\d)\b|python -m|--\w+", said)
        assert not code, (name, said[max(0, code.start() - 60):code.end() + 20])


def test_in_a_notebook_a_decision_is_answered_in_a_form(tmp_path):
    (tmp_path / "events.csv").write_text(text(*IDLE))
    view = open_budget(events=str(tmp_path / "events.csv"))
    log = tmp_path / "ledger.jsonl"
    _, inputs, buttons, said = page.answer(view).children
    choice, name, reason = inputs.children
    approve, decline = buttons.children
    assert choice.options[0][0].endswith("from one-to-one mentoring to marketing")
    approve.click()
    assert "names nobody" in said.value and not log.exists()
    name.value = "Ann Lee"
    decline.click()
    assert "say in words why" in said.value and not log.exists()
    reason.value = "exams"
    decline.click()
    assert "Ann Lee declined it" in said.value and "exams" in said.value
    # Nothing is left to answer, and the log has it.
    assert choice.options == () and approve.disabled and log.exists()
    again = open_budget(events=str(tmp_path / "events.csv"), log=str(log))
    assert again.review.standing[0].state == approval.DECLINED
    assert "Nothing waits" in page.answer(again).html


def test_nobody_decides_on_what_is_invented_or_on_a_plan_that_a_notebook_changed(tmp_path):
    assert "invented example" in page.answer(open_budget()).html
    (tmp_path / "events.csv").write_text(text(*IDLE))
    changed = open_budget(changes={"warm_up": 2}, events=str(tmp_path / "events.csv"))
    assert "nothing is decided" in page.answer(changed).html


# Roles --------------------------------------------------------------------------------------------

def test_without_names_anybody_may_answer_and_the_plan_s_log_is_the_same():
    from model.budget.accounts.versions import facts

    assert all(not people for people in PLAN.roles.values())
    assert facts(PLAN) == facts(PEOPLE)


def test_only_the_owner_s_people_answer_what_a_rule_asks(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path, PEOPLE).standing[0].proposal.id
    with pytest.raises(InputError, match="not of the role Program manager") as caught:
        reviewed(IDLE, path, PEOPLE, approve=[name], by="Cy Roe")
    assert "known: Ann Lee, Bo Kim" in str(caught.value)
    with pytest.raises(InputError):
        reviewed(IDLE, path, PEOPLE, decline=[name], reason="no", by="Cy Roe")
    assert reviewed(IDLE, path, PEOPLE, approve=[name], by="ann lee").standing[0].state == \
        approval.APPROVED


def test_what_needs_a_further_review_is_answered_by_the_owner_of_the_review():
    records = parsed((folders.root() / EXAMPLE).read_bytes(), PEOPLE)
    from model.budget.steering.review import draft

    roles = {(each.rule, each.standing.proposal.needs_approval, each.role)
             for each in decisions(draft(PEOPLE, records))}
    assert {("Recruitment push", False, "Mentor advisory board"),
            ("Rule A: idle one-to-one hours", True, "Program manager")} <= roles
    board = load_plan("base", {"push.amount": 4000, "review.above_amount": 300, **OWN})
    large = [each for each in decisions(draft(board, records))
             if each.rule == "Recruitment push" and each.standing.proposal.needs_approval]
    assert large and {each.role for each in large} == {"Program manager"}


def test_moves_amendments_and_the_end_of_a_period_are_the_program_manager_s(tmp_path):
    path = tmp_path / "log"
    reviewed(IDLE, path, PEOPLE)
    before = path.read_bytes()
    other = load_plan("base", {"rule_a.dwell": 3, **OWN})
    for act in (lambda: reviewed(IDLE, path, PEOPLE, move=[("ONE", "GRP", 100)], by="Cy Roe",
                                 reason="x"),
                lambda: amend(other, path, on(8), "Cy Roe", "x"),
                lambda: close(PEOPLE, path, "Cy Roe"),
                lambda: begin_next(PEOPLE, path, "second", tmp_path / "next", "Cy Roe")):
        with pytest.raises(InputError, match="not of the role Program manager"):
            act()
    assert path.read_bytes() == before
    assert asked(reviewed(IDLE, path, PEOPLE, move=[("ONE", "GRP", 100)], by="Bo Kim",
                          reason="x"))


@pytest.mark.parametrize(("changes", "said"), [
    ({"roles.Manager": ["Ann"]}, "owns no rule"), ({"roles.Program manager": "Ann"}, "must hold"),
    ({"roles": ["Ann"]}, "must hold"), ({"roles.Program manager": [""]}, "must hold")])
def test_roles_that_cannot_be_are_refused(changes, said):
    with pytest.raises(InputError, match=said):
        load_plan("base", changes)
