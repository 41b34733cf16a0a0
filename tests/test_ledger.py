"""The ledger: what a month's formulas may do, and what they are told when they may not."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import folders, load, project
from model.companies.glossary import glossary
from model.engine import numbers
from model.engine.figures import QUARTER, YEAR
from model.engine.projection import Reduction, reduction
from model.params.overlay import Setting
from model.problems import InputError

TERMS = glossary("mentorship")


@pytest.fixture
def run(monkeypatch):
    """Projects the influencer's assumptions with a month of the test's own."""
    def with_month(month, openings=None, keep=None):
        module = SimpleNamespace(month=month, opening=opening_at(openings or {}), BESIDE=())
        monkeypatch.setattr(numbers, "company_module", lambda company: module)
        return project(load("influencer"), keep)
    return with_month


def opening_at(paths):
    """The text of lines that open at an assumption."""
    def opening(a, now):
        for line, path in paths.items():
            setattr(now, line, a[path])
    return opening


def count(a, prev, now):
    now.number = prev.number + 1


def test_stocks_open_at_zero_or_at_their_opening(run):
    def month(a, prev, now):
        count(a, prev, now)
        now.money = prev.money + 0
    projection = run(month, {"money": "opening_cash"})
    assert projection["number"][0, :3].tolist() == [1, 2, 3]
    assert projection["money"][0, -1] == 1_000_000


@pytest.mark.parametrize("keep", [None, ["old"]])
def test_ago_reads_a_fixed_older_month_and_the_opening_before_the_first(run, keep):
    def month(a, prev, now):
        now.number = prev.number + 1
        now["part"].number = 10 * now.number
        now.last = prev.ago(1).number + 0
        now.old = prev.ago(12).number + prev.ago(12)["part"].number
    projection = run(month, keep=keep)
    assert projection["old"][0, :14].tolist() == [0] * 12 + [11, 22]
    if keep is None:
        assert np.array_equal(projection["last"][0, 1:], projection["number"][0, :-1])


@pytest.mark.parametrize(("month", "message"), [
    (lambda a, prev, now: [setattr(now, "x", 1 + prev.x), setattr(now, "x", 1 + prev.x)],
     "x is written twice"),
    (lambda a, prev, now: setattr(now, "x", now.y + 1), "y is read before it is written"),
    (lambda a, prev, now: setattr(now, "x", prev.x > 0), "x is a condition"),
])
def test_a_formula_out_of_order_is_named(run, month, message):
    with pytest.raises((ValueError, AttributeError), match=message):
        run(month)


def test_every_missing_assumption_is_named_at_once(run):
    def month(a, prev, now):
        now.x = a.customers.budget / a.timeline.months_per_year
        now.y = np.minimum(a.nothing.here, now.x)
    with pytest.raises(InputError) as caught:
        run(month)
    text = str(caught.value)
    assert "customers.budget is read by the model" in text
    assert "nothing.here" in text
    assert "params/influencer/base.yaml" in text


def test_an_assumption_that_nothing_reads_is_known(run):
    projection = run(lambda a, prev, now: setattr(now, "x", a.customers.cac + 0))
    assert "opening_cash" in projection.unread
    assert "customers.cac" not in projection.unread


@pytest.mark.parametrize("value", [{2026: 0.25, 2027: 0.9}, {2026: 0.25}])
def test_what_holds_for_the_plan_as_a_whole_takes_one_number(value):
    with pytest.raises(InputError, match=r"discount_rate holds for the plan as a whole; give it"):
        project(load("mentorship", changes={"valuation.discount_rate": value}))


@pytest.mark.parametrize(("company", "path", "value", "said"), [
    ("mentorship", "opening_cash", {"2026-01": 1e6}, "holds for the plan as a whole; give it one"),
    ("influencer", "valuation.discount_rate", {"2026-03": 0.5}, "holds for the plan as a whole;"),
    ("mentorship", "capex.platform", 60_000, "is in USD, so its value would happen anew in every "
     "month; give dated amounts, {2026-03: …}"),
    ("influencer", "team.developer.hires", {"2026": 1}, "is in FTE, so its value would happen")])
def test_what_happens_in_a_month_is_dated_and_what_holds_for_the_plan_is_not(
        company, path, value, said):
    plan = load(company)
    entry = plan.entries[path].model_copy(update={"value": value, "range": (0.0, 2.0)})
    wrong = replace(plan, entries=plan.entries | {path: entry},
                    settings=plan.settings | {path: Setting(value)})
    with pytest.raises(InputError) as caught:
        project(wrong)
    problem, = caught.value.problems
    assert problem.what.startswith(f"{path} {said}")
    assert problem.where == plan.where(path)


def test_a_missing_section_is_said_by_what_is_read_of_it(folder):
    base = folder / "params" / "influencer" / "base.yaml"
    base.write_text(base.read_text().replace("\n  debt:\n", "\n  debts:\n"))
    with pytest.raises(InputError) as caught:
        project(load("influencer"))
    assert [problem.what.partition(" is read")[0] for problem in caught.value.problems] == [
        "debt.draws", "debt.repayments", "debt.interest_rate"]


def test_the_timeline(run):
    def month(a, prev, now):
        now.month = a.timeline.month + 0
        now.year = a.timeline.year + 0
        now.december = a.timeline.year_end + 0
        now.since = a.timeline.year - a.timeline.first_year
    projection = run(month)
    assert projection["month"][0, [0, 11, 59]].tolist() == [1, 12, 60]
    assert projection["year"][0, [0, 11, 12, 59]].tolist() == [2026, 2026, 2027, 2030]
    assert projection["december"][0].sum() == 5 and projection["december"][0, 11] == 1
    assert projection["since"][0, -1] == 4


@pytest.mark.parametrize(("line", "months", "operation", "lines"), [
    ("revenue.young_pros", YEAR, "sum", ("revenue.young_pros",)),
    ("cash", YEAR, "last", ("cash",)),
    ("out_of_cash", YEAR, "last", ("out_of_cash",)),
    ("debt_at_start", QUARTER, "first", ("debt_at_start",)),
    ("fill_rate", QUARTER, "ratio", ("orders", "orders_wanted")),
    ("order_value.young_pros", YEAR, "ratio", ("gmv.young_pros", "orders.young_pros")),
    ("recent_flow", YEAR, "same", ("free_cash_flow",)),
    ("recent_flow", QUARTER, "last", ("recent_flow",)),
])
def test_a_longer_period_follows_from_its_months_by_the_kind_of_the_line(
        line, months, operation, lines):
    has = project(load("mentorship")).__contains__
    assert reduction(TERMS, line, months, has) == Reduction(operation, lines)


def test_every_kind_of_the_glossary_has_one_reduction():
    terms = TERMS.terms | TERMS.memory
    assert {reduction(TERMS, line, YEAR, lambda name: False).operation for line in terms} == {
        "sum", "first", "last", "ratio", "same"}


def test_keep_gives_the_same_figures_and_no_others():
    whole, part = project(load("mentorship")), project(load("mentorship"), keep=["cash", "ebitda"])
    assert part.lines == ("cash", "ebitda")
    assert np.array_equal(whole["cash"], part["cash"])
    with pytest.raises(InputError, match="'csh' is not a line; did you mean cash"):
        project(load("mentorship"), keep=["csh"])


def test_an_unknown_line_is_named_with_the_nearest():
    with pytest.raises(KeyError, match="did you mean revenue"):
        project(load("mentorship"))["revenu"]


def test_a_single_scenario_has_shape_one_by_months():
    projection = project(load("mentorship"))
    assert projection["cash"].shape == (1, 60)
    assert projection.monthly.shape == (len(projection.lines), 60)
    assert list(projection.annual.columns) == [2026, 2027, 2028, 2029, 2030]


def test_a_section_that_became_one_assumption_is_named(tmp_path, monkeypatch):
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    base = tmp_path / "params" / "mentorship" / "base.yaml"
    before, _, rest = base.read_text(encoding="utf-8").partition("  capex:\n")
    after = rest[rest.index("  # How break-even"):]
    one = ("  capex:\n    label: Capex\n    unit: USD\n    value: {2026-01: 5}\n"
           "    range: [1, 1]\n    source: 'estimate: a test'\n    confidence: low\n")
    base.write_text(before + one + after, encoding="utf-8")
    with pytest.raises(InputError, match="capex is one assumption where the model goes through"):
        project(load("mentorship"))
