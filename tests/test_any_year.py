"""A plan starts in any month, has any length, and counts the years of its company."""

import json

import numpy as np
import other_years
import pytest

from model import cli, load, project
from model.analysis.kpis import NOT_JUDGED, kpis
from model.analysis.rules import evaluate
from model.analysis.uncertainty import sampling, simulation
from model.audit.checks import check
from model.companies import COMPANIES
from model.companies.vocabulary import MONTH, QUARTER, YEAR
from model.engine import kernel, parity, single
from model.engine.figures import figures
from model.engine.headlines import headlines
from model.engine.numbers import batch


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Both companies as shipped, and in every other calendar, by name."""
    found = {"shipped": {company: load(company) for company in COMPANIES}}
    for change in other_years.ALL:
        folder = other_years.own(tmp_path_factory.mktemp(change.__name__), change)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            found[change.__name__] = {company: load(company) for company in COMPANIES}
    return found


OTHERS = [change.__name__ for change in other_years.ALL]


@pytest.fixture
def in_years(tmp_path, monkeypatch):
    """A project of other years as the working folder."""
    def enter(change):
        monkeypatch.chdir(other_years.own(tmp_path, change, ("mentorship",)))
        return tmp_path
    return enter


# Worked by hand, or summed from months.


def test_the_january_plan_shows_years_from_july(plans):
    """Case 02: July 2026 to June 2027 of the marketplace, the sum of its twelve months."""
    plan, shown = (project(plans[name]["mentorship"]) for name in ("shipped", "shown_from_july"))
    assert np.array_equal(shown.block, plan.block)  # tax and salaries too are as they were
    assert shown.years == (2026, 2027, 2028, 2029, 2030, 2031)
    at = shown.years.index(2027)
    for line, amount in (("revenue", 550773.35), ("ebitda", -352602.52)):
        months = plan[line][0, plan.months.index("2026-07"):plan.months.index("2027-07")]
        assert shown.by_year(line)[0, at] == pytest.approx(months.sum())
        assert shown.by_year(line)[0, at] == pytest.approx(amount, abs=0.005)
    assert plan.by_year("revenue")[0, 0] == pytest.approx(233242.39, abs=0.005)


@pytest.mark.parametrize("company", COMPANIES)
def test_a_plan_moved_by_half_a_year_has_the_same_figures_in_its_own_years(plans, company):
    plan, moved = (project(plans[name][company]) for name in ("shipped", "from_july"))
    assert moved.months[0] == "2026-07" and moved.years == (2027, 2028, 2029, 2030, 2031)
    assert np.array_equal(moved.block, plan.block)
    for line in plan.lines:
        assert np.array_equal(moved.by_year(line), plan.by_year(line), equal_nan=True)
    for name in figures(plan).texts.kpis:
        for months in (MONTH, QUARTER, YEAR):
            assert np.array_equal(figures(moved).kpi(name, months),
                                  figures(plan).kpi(name, months), equal_nan=True)


def test_eighteen_months_are_half_a_year_and_a_year(plans):
    plan = project(plans["eighteen_months"]["mentorship"])
    assert plan.years == (2026, 2027) and plan.calendar.incomplete == {2026: 6}
    # USD 150,000 a year for six months, 360,000 for twelve.
    assert plan.by_year("mentee_marketing")[0].tolist() == pytest.approx([75000, 360000])
    assert plan.by_year("cash")[0].tolist() == plan["cash"][0, [5, 17]].tolist()
    # 100 and, in a straight line to 2027, as typed: a mean of the months of each year.
    assert plan.assumptions.yearly("mentees.mix.career_changers").shape == (2, 1)


@pytest.mark.parametrize("name", ["eighteen_months", "odd", "no_whole_year"])
def test_tax_is_charged_with_the_last_month_of_a_year(plans, name):
    plan = project(plans[name]["influencer"])
    calendar, charged = plan.assumptions.calendar, np.flatnonzero(plan["income_tax"][0])
    last = (calendar.year_starts - 2) % 12 + 1
    assert all(int(plan.months[at][5:]) == last for at in charged)
    profit, pool = plan["profit_before_tax"][0], 0.0
    for first, end in zip(calendar.bounds(), calendar.bounds()[1:], strict=False):
        ended = int(plan.months[end - 1][5:]) == last
        gain = max(profit[first:end].sum(), 0) * ended
        used = min(pool, plan.assumptions.monthly("tax.loss_limit")[0, 0] * gain)
        pool += max(-profit[first:end].sum(), 0) * ended - used
        assert plan["income_tax"][0, first:end].sum() == pytest.approx(
            plan.assumptions.monthly("tax.tax_rate")[0, 0] * (gain - used))
    assert not check(plan).failed


def test_salaries_rise_with_the_year_of_the_company(plans):
    plan = project(plans["odd"]["influencer"])
    rises = np.flatnonzero(np.diff(plan["salary_rise"][0])) + 1
    assert [plan.months[at] for at in rises] == ["2027-04", "2028-04"]


# Every reading gives the same bits.


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("company", COMPANIES)
def test_every_reading_gives_the_same_bits(plans, name, company):
    pytest.importorskip("py_mini_racer")
    from model.companies import company_module

    plan = plans[name][company]
    path = next(path for path, each in plan.series.items() if each.grain == "constant")
    value = float(plan.series[path].values[0, 0])
    among = batch(plan, {path: np.array([value, value])})
    lines, block = single.block(company_module(company), plan)
    assert lines == among.lines
    assert np.array_equal(parity.bits(block), parity.bits(among.block[:, :, :1]))
    _, compared, different = parity.compare([plan])
    assert compared > 5_000 and not different


@pytest.mark.skipif(not kernel.available(), reason="Numba is not installed; it is the extra `fast`")
@pytest.mark.parametrize("name", ["odd", "shown_from_july"])
def test_compiled_draws_have_the_same_bits(plans, name):
    plan = plans[name]["influencer"]
    wanted = simulation.wanted(plan.calendar)
    draws = plan.with_values(sampling.drawn(plan, sampling.uncertain(plan), 150, 3))
    ends = kernel.ends(draws, tuple((each.line, each.year) for each in wanted))
    assert np.array_equal(parity.bits(ends), parity.bits(headlines(draws, wanted)))


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("company", COMPANIES)
def test_every_check_holds(plans, name, company):
    assert check(project(plans[name][company])).failed == ()


# Incomplete years are marked, and not judged.


@pytest.mark.parametrize("name", ["eighteen_months", "odd", "shown_from_july"])
def test_a_year_without_all_of_its_months_is_not_judged(plans, name):
    plan = project(plans[name]["influencer"])
    for by_year in kpis(plan).values():
        for year, kpi in by_year.items():
            if kpi.value is None or not kpi.goal.test:
                assert kpi.status == ("undefined" if kpi.value is None else "no target")
                continue
            if plan.calendar.whole(year):
                assert kpi.status != NOT_JUDGED or "calendar years" in kpi.reason
            else:
                assert (kpi.status, kpi.target) == (NOT_JUDGED, None) and "months" in kpi.reason


def test_a_rule_reads_only_quarters_that_have_ended(plans):
    plan = project(plans["odd"]["mentorship"])
    for outcome in evaluate(plan):
        if outcome.rule.every == "quarter":
            assert {int(month[5:]) for month in outcome.months} == {3, 6, 9, 12}


def test_json_marks_incomplete_years(in_years, capsys):
    in_years(other_years.eighteen_months)
    assert cli.main(["project", "mentorship", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["year_months"] == {"2026": 6} and list(found["annual"]) == ["2026", "2027"]
    assert found["kpis"]["ltv_to_cac"]["2026"]["status"] == NOT_JUDGED
    assert cli.main(["project", "mentorship"]) == 0
    assert "2026 (6 months)" in capsys.readouterr().out


def test_explain_follows_the_quarters_of_the_company(in_years, capsys):
    in_years(other_years.from_july)
    assert cli.main(["explain", "mentorship", "revenue", "--quarter", "2027-Q3", "--depth",
                     "1"]) == 0
    out = capsys.readouterr().out
    plan = project(load("mentorship"))
    months = [plan.months.index(month) for month in ("2027-01", "2027-02", "2027-03")]
    assert f"{plan['revenue'][0, months].sum():,.2f}" in out.replace(" ", ",")
    assert cli.main(["explain", "mentorship", "revenue", "--quarter", "2026-Q3"]) == 2


@pytest.mark.parametrize(("key", "value", "words"), [
    ("months", 7, "months is '7', but a plan has 12 to 120 months"),
    ("months", 121, "months is '121', but"),
    ("start", "2026-13", "start is '2026-13', but must be a month such as 2026-01"),
    ("year_starts", 13, "year_starts is '13', but must be the month with which a year begins"),
    ("report_years_from", 0, "report_years_from is '0', but must be the month"),
    ("year_named", "middle", "year_named is 'middle'; it must be 'end' or 'start'")])
def test_a_calendar_that_cannot_be_is_refused_in_its_line(in_years, capsys, key, value, words):
    folder = in_years(lambda text: other_years.headed(text, **{key: value}))
    line = next(number for number, text in enumerate(
        (folder / "params/mentorship/base.yaml").read_text(encoding="utf-8").splitlines(), 1)
        if text.startswith(key))
    assert cli.main(["check", "mentorship"]) == 2
    err = capsys.readouterr().err
    assert f"base.yaml:{line}: the header: {words}" in err and err.count("\n") == 1
