"""The budget's page says what its figures say, in every scenario and in plans that fail."""

import io
import json
import re
import shutil

import openpyxl
import pytest
from quarter import PLAN, TWO_WEEKS, enrolled, offered, on, paid, parsed, text
from reviews import IDLE

from model import folders
from model.budget.steering import workbook
from model.budget.steering.review import draft
from model.files import digest
from model.pages import budget as page
from model.pages.budget.money import amount
from model.pages.budget.results import PARTS, made_of
from model.pages.budget.view import BudgetView, open_budget
from model.params import catalog
from model.problems import InputError
from model.reporting.jobs import Inputs, load_all, select
from model.reporting.workbooks import content
from model.views.charts import Flow, envelope, render

ROOT = folders.root()
EXAMPLE = str(ROOT / "params" / "budget" / "examples" / "invented_quarter.csv")
CELLS = ("header", "plan", "envelope", "forecast", "rules", "proposals", "moves", "outcomes",
         "equity", "threshold", "checks")
OF_WEEKS = ("envelope", "forecast", "proposals", "moves", "outcomes", "equity", "threshold")
CASES = [(scenario, {}) for scenario in catalog.scenarios("budget")]
CASES += [("base", changes) for changes in (
    {"equity.floor_share": 0}, {"rule_a.utilization_below": 0.99, "rule_a.dwell": 1},
    {"rule_a.recruiting_share": 0.5}, {"shares.one_to_one": 0.01, "shares.workshops": 0.74},
    {"rules.R13.active": False, "rules.R10.active": False}, {"warm_up": 9},
    {"headline": ["nps"]}, {"outcome.funding": 1, "outcome.advance_share": 0})]


def with_events(tmp_path, *rows, changes=None, remark=""):
    (tmp_path / "mine.csv").write_text(remark + text(*rows))
    return open_budget("base", changes or {}, str(tmp_path / "mine.csv"))


def words(part):
    html = part._repr_html_()
    html = re.sub(r'src(set)?="data:[^"]*"', "", html)
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize(("scenario", "changes"), CASES)
def test_every_cell_of_every_scenario_draws_and_says_no_nonsense(sketched, scenario, changes):
    view = open_budget(scenario, changes)
    for name in CELLS:
        said = words(getattr(page, name)(view))
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"\bnp\.", r"−0\b(?!\.)"):
            found = re.search(nonsense, said)
            assert not found, (name, said[max(0, found.start() - 80):found.end() + 20])
    page.controls(view)
    assert page.headlines(view).checks["master"] == "ok"


@pytest.mark.parametrize("rows", [
    [(on(1, 2), "admin", {"value": "1", "note": "x"})],
    [enrolled(on(1), "L1"), paid(on(1, 5), "LIB", "3")],
    [enrolled(on(1), "L1"), offered(on(1), "5"), paid(on(13, 5), "LIB", "3")],
    list(TWO_WEEKS), [paid(on(1, 5), "MKT", "3")]])
def test_a_programme_that_has_hardly_begun_has_a_page_too(tmp_path, rows):
    view = with_events(tmp_path, *rows)
    for name in CELLS:
        said = words(getattr(page, name)(view))
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b", said), (name, said[:500])
    page.controls(view)


def test_every_block_that_rests_on_the_example_says_that_it_is_invented():
    view = open_budget()
    assert words(page.header(view)).count("INVENTED EXAMPLE: no programme had these figures.") == 1
    for name in ("header", "rules", *OF_WEEKS):
        assert "Invented example" in words(getattr(page, name)(view)), name
        part = getattr(page, name)(view)
        for block in getattr(part, "parts", [part])[:0 if name == "header" else None]:
            assert "nvented" not in block.message and "INVENTED" not in words(block)
            assert block.reading.startswith("Invented example.")
    assert "INVENTED" not in words(page.plan(view))


@pytest.mark.parametrize("scenario", ["small_pilot", "university_semester", "growing_marketplace"])
def test_a_plan_of_other_dates_or_another_total_shows_the_plan_and_how_to_add_an_export(scenario):
    view = open_budget(scenario)
    assert view.review is None
    assert f"params/budget/events_{scenario}.csv" in words(page.envelope(view))
    for name in OF_WEEKS[1:]:
        assert "needs an export" in words(getattr(page, name)(view))
    assert "no export tells of its weeks yet" in page.sentence(view)
    assert "INVENTED" not in "".join(words(getattr(page, name)(view)) for name in CELLS)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the budget's files in a copy of the project."""
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "params" / "budget"


def test_the_programme_s_own_export_takes_the_example_s_place_in_its_own_plan_alone(own):
    (own / "events.csv").write_text(text(*TWO_WEEKS))
    view = open_budget()
    assert view.file.name == "events.csv" and view.remark == ""
    assert "After 2 of 13 weeks" in page.sentence(view)
    # A plan of other dates has nothing to do with it, and says how to add its own.
    other = open_budget("university_semester")
    assert other.review is None and not other.faults
    assert "params/budget/events_university_semester.csv" in words(page.envelope(other))
    (own / "events_small_pilot.csv").write_text(text(*TWO_WEEKS))
    assert open_budget("small_pilot").review.signals.complete == 2


@pytest.mark.parametrize(("content", "said"), [
    ("id,date\n", "Line 1 of events.csv: there is no column &#x27;event&#x27;"),
    (text((on(14), "admin", {"value": "1", "note": "x"})), "outside of the plan&#x27;s 13 weeks")])
def test_an_export_that_cannot_be_used_costs_the_figures_of_its_own_page_with_the_reason(
        own, content, said):
    (own / "events.csv").write_text(content)
    view = open_budget()
    assert view.review is None and said in words(page.envelope(view))
    assert "its export or its log cannot be used" in page.sentence(view)
    assert "params" not in words(page.envelope(view))
    for name in CELLS:
        getattr(page, name)(view)
    state = page.headlines(view).checks
    assert state["master"] == "failed" and "E10" in state["failed"][0]
    assert page.headlines(open_budget("learning_department")).checks["master"] == "ok"
    with pytest.raises(InputError):
        _ = open_budget(events=str(own / "events.csv")).review


def test_the_page_reads_the_log_beside_the_export(own):
    rows = parsed(text(*IDLE))
    (own / "events.csv").write_text(text(*IDLE))
    name = draft(PLAN, rows).standing[0].proposal.id
    draft(PLAN, rows, own / "ledger.jsonl", approve=[name], by="Ann").write()
    content = (own / "ledger.jsonl").read_bytes()
    view = open_budget()
    assert page.moves(view).message.startswith("USD 6.6k has moved between buckets")
    assert "No proposal is open" in page.proposals(view).message
    assert "Ann approved it" in words(page.proposals(view))
    assert "ledger.jsonl" in view.origin and page.headlines(view).checks["master"] == "ok"
    book = openpyxl.load_workbook(io.BytesIO(workbook.of_review(view.review, view.origin)))
    assert ("move", name) in {(row[4].value, row[5].value) for row in book["Log"]}
    # Nothing is written, and a plan that the notebook changes is not the log's.
    assert (own / "ledger.jsonl").read_bytes() == content
    assert open_budget(changes={"rule_a.dwell": 3}).log is None
    (own / "ledger.jsonl").write_bytes(content.replace(b"660000", b"660001", 1))
    assert "Line 1 of ledger.jsonl" in words(page.envelope(open_budget()))


def test_the_headline_says_what_the_ledger_says():
    view = open_budget()
    assert "USD 62.2k of USD 120.0k is spent" in page.sentence(view)
    # Four cohorts of 56 are planned.
    assert "with 76 of 224 planned learners enrolled" in page.sentence(view)
    assert f"{len(view.review.open)} proposals wait for a person" in page.sentence(view)
    figures = {label: value for label, value, _ in page.headlines(view).figures}
    assert figures["Spent"] == 62_197.59 and figures["Open proposals"] == len(view.review.open)
    plan_only = page.headlines(open_budget("small_pilot")).figures
    assert [label for label, *_ in plan_only] == list(figures)
    assert {label: value for label, value, _ in plan_only}["Spent"] is None


def test_sentences_know_their_cases(tmp_path):
    view = open_budget()
    assert ("completion gate in weeks 4 and 8, recruitment push in weeks 7 and 8, rule A: idle "
            "one-to-one hours in week 5") in page.rules(view).message
    assert "has closed and waits" in page.rules(view).message
    assert "fired in week 5, and its condition holds again in week 6" in page.threshold(
        view).message
    assert "would not have fired" in page.threshold(view, 0.6, 4).message
    quiet = with_events(tmp_path, enrolled(on(1), "L1"), paid(on(2, 5), "LIB", "3"))
    assert "No rule fired in the 2 complete weeks" in page.rules(quiet).message
    assert "No rule has proposed anything" in words(page.proposals(quiet))
    assert "reserves nothing" in words(page.equity(open_budget("base", {"equity.floor_share": 0})))


def test_the_equity_audit_adds_up_by_hand():
    block = page.equity(open_budget())
    # 4,987.50 and 300.00 of 6,600 one-to-one, 900.00 of 2,400 group money: 6,187.50 of 9,000.
    assert "USD 6.2k of the USD 9.0k" in block.message and "USD 2.8k is left" in block.message
    columns = block.table[0].columns
    assert list(columns["Left"]) == ["1,312.50", "1,500.00"]
    assert list(columns["Reserved"]) == ["6,600.00", "2,400.00"]


def test_the_page_moves_only_what_can_be_approved_together(tmp_path):
    view = open_budget()
    fit = [each.proposal.cents for each in view.review.together if each.proposal.kind == "move"]
    number, fit = len(fit), sum(fit)
    moved = page.moves(view)
    assert f"In the order listed {number} of them, for {amount(fit)}" in \
        moved.message
    possible = moved.table[0].columns["Possible together"]
    assert sum(float(cell.replace(",", "")) for cell in possible) == fit / 100
    assert "competes with those before it" in words(page.proposals(view))
    pilot = open_budget("small_pilot", events=EXAMPLE)
    assert "USD 62.2k is reported, of which USD 43.2k does not fit" in page.sentence(pilot)
    assert pilot.review.misfit == 4_319_906
    assert len(pilot.review.alerts) < 40


def test_an_undefined_kpi_says_why(tmp_path):
    said = words(page.outcomes(with_events(tmp_path, *TWO_WEEKS)))
    assert "undefined: nobody was reported to have found a job" in said


def test_a_kpi_says_in_usd_hours_and_names_what_it_is_made_of():
    view = open_budget()
    of = {kpi.name: made_of(kpi) for kpi in reversed(view.review.kpis) if kpi.segment == "all"}
    assert of["budget_burn"] == "USD 62,198 spent of USD 89,565 planned by then"
    assert of["cost_per_completion"] == "USD 62,198 spent for 18 completions"
    assert of["satisfaction"] == "352 points in 85 answers"
    assert of["utilization"] == "514.0 h used of 701.8 h offered"
    assert of["completion_rate"] == "17 completed of 22 learners in cohorts past their end"
    said = words(page.outcomes(view))
    assert "18 learners have completed, 17 of them in cohorts past their scheduled end" in said
    assert not re.search(r"[0-9]\.[0-9]{4,}", re.sub(r"<[^>]*>", " ", said))


def test_every_kpi_that_is_a_quotient_has_words_for_its_parts():
    quotients = {kpi.name for kpi in open_budget().review.kpis if kpi.numerator is not None}
    assert quotients <= set(PARTS)


def test_a_remark_is_marked_in_short_up_to_its_colon(tmp_path):
    for remark, mark in (("", ""), ("# DRAFT: not closed\n", "Draft. "),
                         ("# Week nine.\n", "Week nine. ")):
        assert with_events(tmp_path, *TWO_WEEKS, remark=remark).mark == mark


def test_an_export_s_words_are_escaped(tmp_path):
    rows = [enrolled(on(1), "L1", "<script>alert(1)</script>"), paid(on(1, 5), "LIB", "1")]
    view = with_events(tmp_path, *rows, remark="# <img src=x onerror=alert(1)>\n")
    for name in CELLS:
        said = words(getattr(page, name)(view))
        assert "<script>alert" not in said and "<img src=x" not in said


def test_controls_leave_a_line_that_gives_the_same_page():
    view = open_budget()
    panel = page.controls(view)
    boxes = [box for row in panel.children for box in getattr(row, "children", ())]
    slider, choice = boxes[:2]
    slider.value = 0.7
    choice.value = 1
    line = next(box.value for box in panel.children if "run all" in getattr(box, "value", ""))
    changes = json.loads(re.search(r"changes = (\{.*?\})", line.replace("&#x27;", '"'))[1])
    assert changes == {"rule_a.utilization_below": 0.7, "rule_a.dwell": 1}
    assert page.threshold(open_budget("base", changes)).message == page.threshold(
        view, 0.7, 1).message


def test_a_check_fails_where_the_ledger_does_not_hold_what_the_export_says():
    view = open_budget()
    broken = BudgetView(view.plan, {}, view.file)
    broken.__dict__["records"] = view.records
    review = draft(view.plan, view.records)
    review.balances.spent[0] += 100
    broken.__dict__["review"] = review
    failed = page.error_checks(broken).failed
    assert any(said.startswith("E6") and "spent of ONE" in said for said in failed)
    assert any(said.startswith("E7") for said in failed)
    assert f"{len(failed)} of 9 checks fail" in page.header(broken).status


# The chart ----------------------------------------------------------------------------------------

def test_the_chart_of_the_envelope_is_the_same_each_time_and_takes_what_is_missing():
    weeks = [f"w{week}" for week in range(1, 14)]
    flow = Flow([100.0] * 13, [10, 20, None], [5, 0, None], [None, None, 30, 40], [None] * 13)
    first, second = (envelope(weeks, {"A": flow, "Empty": Flow([])}, unit="USD") for _ in "ab")
    assert digest(render(first)) == digest(render(second))
    assert first.for_phone().width < first.width
    assert len(render(envelope([], {}, unit="USD"))) > 100


# The batch ----------------------------------------------------------------------------------------

def test_a_budget_job_depends_on_every_file_that_its_page_reads(tmp_path, monkeypatch):
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    problems = []
    job = next(job for job in select(["budget"], ["base"], ["budget"], problems).choice
               if job.notebook.name == "budget")
    other = next(job for job in select(["mentorship"], ["base"], ["breakeven"], problems).choice)
    assert problems == [] and job.parameters == {"scenario": "base", "changes": {}, "events": "",
                                               "log": ""}

    def prints():
        found = Inputs()
        return found.fingerprint(job), found.fingerprint(other)

    first = prints()
    (tmp_path / "params" / "budget" / "events.csv").write_text(text(*TWO_WEEKS))
    second = prints()
    assert second[0] != first[0] and second[1] == first[1]
    example = tmp_path / "params" / "budget" / "examples" / "invented_quarter.csv"
    example.write_text(example.read_text() + "\n")
    third = prints()
    assert third[0] != second[0] and third[1] == first[1]
    (tmp_path / "params" / "budget" / "scenarios" / "small_pilot.yaml").write_text("title: x\n")
    assert prints() == third


def test_a_broken_export_stops_no_other_page(own):
    (own / "events.csv").write_text("id,date\n")
    problems = []
    plans = load_all([("budget", "base"), ("budget", "small_pilot")], problems)
    assert problems == [] and len(plans) == 2
    assert content("budget", "base")[:2] == b"PK"
