"""A plan may open as a running company: what it opens with, what follows from it month by month,
and what is said where it cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import batch, load, project
from model.analysis.statements import BALANCE, at_start
from model.audit.checks import check
from model.companies import COMPANIES, company_module
from model.companies.glossary import glossary
from model.engine.opening import opening_values
from model.engine.trace import opening_trace, trace
from model.params.openings import SECTION, openable
from model.params.scenario_file import content_of
from model.problems import InputError

# Case 3: a marketplace that runs already.
MENTEES = {"opening.active_mentees.young_pros": 280, "opening.active_mentees.career_changers": 80,
           "opening.active_mentees.senior_experts": 40}
DEBT = {"opening.debt": 60_000, "debt.interest_rate": 0.10}
LOSSES = {"opening.tax_losses": 250_000}
# As many mentees as a mentor can serve that those who are there suffice.
SUFFICE = {f"mentees.{s}.mentees_per_mentor": 1000
           for s in ("young_pros", "career_changers", "senior_experts")}


def opening(company, path):
    return openable(load(company).entries, company)[path]


def every(company, scale=1.0):
    """Something of every kind that a company may open with."""
    values = {"USD": 6_000.0, "signed USD": 0.0, "months": 7, "FTE": 2.0}
    paths = openable(load(company).entries, company)
    found = {path: values.get(each.entry.unit, 30.0) for path, each in paths.items()}
    found = {path: value * (scale if value != 7 else 1) for path, value in found.items() if value}
    return found | {"opening.paid_in_capital": 900_000.0, "terms.prepaid_share": 0.3,
                    "terms.days_to_collect": 45, "terms.days_to_pay.variable_cost": 20}


# The case, by hand.

def test_mentees_who_are_there_are_billed_and_leave_as_others_do():
    plan = project(load("mentorship", changes=MENTEES | SUFFICE))
    assert plan["active_mentees"][0, 0] == pytest.approx(125 + 280 * 0.96 + 80 * 0.97 + 40 * 0.975)
    assert plan["active_mentees"][0, 0] == pytest.approx(510.40)
    assert plan["revenue"][0, 0] == pytest.approx(13_363.24, abs=0.005)
    assert project(load("mentorship"))["revenue"][0, 0] == pytest.approx(3_360.97, abs=0.005)


def test_without_more_mentors_only_some_of_what_they_want_is_served():
    plan = project(load("mentorship", changes=MENTEES))
    served = plan["fill_rate"][0, 0]
    assert 0 < served < 1
    assert (plan["commission"][0, 0] / served + plan["subscriptions"][0, 0]
            == pytest.approx(13_363.24, abs=0.005))


def test_a_loan_that_is_there_bears_interest_from_the_first_month():
    plan = project(load("mentorship", changes=DEBT))
    assert plan["interest"][0, 0] == pytest.approx(500.00)
    assert (plan["debt"] == 60_000).all()


def test_losses_brought_forward_lessen_the_income_tax():
    before, after = (project(load("mentorship", changes=changes)).by_year("income_tax")[0]
                     for changes in ({}, LOSSES))
    assert before[:4].sum() == pytest.approx(733_496.23, abs=0.005)
    assert after[:4].sum() == pytest.approx(670_996.23, abs=0.005)
    assert (before - after).sum() == pytest.approx(0.25 * 250_000)


def test_what_owners_have_is_what_is_left_of_assets():
    plan = project(load("mentorship", changes=MENTEES | DEBT | LOSSES))
    starts = {row.line: float(at_start(plan, BALANCE, row)[0]) for row in BALANCE.rows
              if row.line in plan or row.of}
    assert starts["assets"] == 1_000_000 and starts["liabilities"] == 60_000
    assert (starts["paid_in_capital"], starts["retained_earnings"]) == (1_000_000, -60_000)
    assert starts["assets"] == starts["liabilities_and_equity"]
    assert abs(plan["imbalance"]).max() < 1e-6
    assert not check(plan).failed


# Each balance by hand.

def test_open_invoices_are_collected_as_terms_say():
    plan = project(load("mentorship", changes={
        "opening.receivables": 9_000, "terms.days_to_collect": 45, "terms.invoiced_share": 0,
        "terms.credit_losses": 0.1}))
    # Each earlier month invoiced 6,000: a half of the month before last is open, and all of last.
    assert plan.openings["invoiced"][0] == pytest.approx(6_000)
    assert plan["receivables"][0, :3] == pytest.approx([3_000, 0, 0])
    assert plan["settled"][0, :3] == pytest.approx([6_000, 3_000, 0])
    assert plan["credit_losses"][0].sum() == pytest.approx(900)


def test_suppliers_and_mentors_are_paid_what_is_owed_to_them():
    plan = project(load("mentorship", changes={
        "opening.payables.overhead": 4_000, "opening.mentor_payable": 7_000}))
    base = project(load("mentorship"))
    assert plan["suppliers_paid"][0].sum() - base["suppliers_paid"][0].sum() == pytest.approx(4_000)
    assert plan["mentors_paid"][0, 0] - base["mentors_paid"][0, 0] == pytest.approx(7_000)
    assert plan.openings["unrestricted_cash"][0] == 993_000
    assert plan.openings["custodial_cash"][0] == 7_000


def test_plans_that_are_paid_are_delivered_over_what_is_left_of_them():
    plan = project(load("mentorship", changes=MENTEES | {
        "opening.deferred_revenue": 6_600, "terms.prepaid_share": 1}))
    # As much in each of eleven months of their year: 100 a month, with 1 to 11 months left.
    assert [plan.openings[f"plans.plan_month_{month}"][0] for month in (1, 11)] == (
        pytest.approx([100, 100]))
    assert plan["refunds"][0, 0] == 0 and plan["plans_running"][0, 0] == pytest.approx(1_100)
    alone = project(load("influencer", changes={
        "opening.deferred_revenue": 6_600, "terms.prepaid_share": 1, "customers.marketing": 0,
        "opening.active_customers.basic": 1000}))
    left = alone["plans"][0, 0] - alone["plans.plan_month_1"][0, 0]
    assert left == pytest.approx(1_100)


def test_assets_in_use_wear_out_over_what_is_left_of_their_life():
    plan = project(load("mentorship", changes={
        "opening.fixed_assets.platform": 8_000, "opening.months_left.platform": 16,
        "capex.platform": {"2026-01": 0}}))
    worn = plan["depreciation.platform"][0]
    assert worn[:16] == pytest.approx(np.full(16, 500)) and not worn[16:].any()
    assert plan["fixed_assets.platform"][0, [0, 15, 59]] == pytest.approx([7_500, 0, 0], abs=1e-9)


def test_a_profit_of_the_tax_year_so_far_is_taxed_with_the_rest_of_it(folder):
    """The plan begins in January, in the middle of years from July."""
    base = folder / "params" / "influencer" / "base.yaml"
    base.write_text(base.read_text().replace(
        "months: 60", "months: 60\nyear_starts: 7\nyear_named: start", 1))
    less, more = (project(load("influencer", changes={"opening.profit_to_date": profit}))
                  for profit in (0, 40_000))
    rate = less.assumptions.series["tax.tax_rate"].values[0, 0]
    taxed = (more.by_year("income_tax") - less.by_year("income_tax"))[0].sum()
    assert taxed == pytest.approx(rate * 40_000)
    assert more["profit_to_date"][0, 0] - less["profit_to_date"][0, 0] == pytest.approx(40_000)
    assert not check(more).failed


def test_people_who_are_there_are_paid():
    role = "opening.headcount.developer"
    plan, base = project(load("mentorship", changes={role: 2})), project(load("mentorship"))
    assert np.allclose(plan["headcount"] - base["headcount"], 2)


# Whatever a plan opens with.

@pytest.mark.parametrize("company", COMPANIES)
def test_a_plan_that_opens_with_something_of_every_kind_passes_every_check(company):
    plan = project(load(company, changes=every(company)))
    assert check(plan).failed == () and plan.unread == ()
    assert len(plan.openings) > len(openable(load(company).entries, company))


@pytest.mark.parametrize("company", COMPANIES)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_opening_keeps_the_balance_and_is_settled_in_full(company, data):
    paths = [path for path, each in openable(load(company).entries, company).items()
             if not path.endswith(("retained_earnings", "profit_to_date"))]
    amount = st.just(0.0) | st.floats(1e-3, 1e6)
    amounts = data.draw(st.fixed_dictionaries(
        {path: amount for path in paths if "months_left" not in path}))
    months = {path: data.draw(st.integers(1, 60)) for path in paths if "months_left" in path}
    terms = {"terms.days_to_collect": data.draw(st.floats(1, 120)), "terms.credit_losses": 0,
             "terms.prepaid_share": data.draw(st.floats(0.01, 1))}
    plan = project(load(company, changes=amounts | months | terms))
    tolerance = 1e-9 * max(1e6, np.abs(plan["assets"]).max())
    assert abs(plan["imbalance"]).max() < tolerance
    assert abs(plan["direct_operating_cash_flow"] - plan["operating_cash_flow"]).max() < tolerance
    received = plan["collected"][0].sum() + plan["receivables"][0, -1]
    assert received == pytest.approx(amounts["opening.receivables"] + plan["invoiced"][0].sum())
    # Nothing is left of the plans that run at the start once a year is over.
    later = load(company, changes=months | terms | amounts | {"opening.deferred_revenue": 0})
    billed = plan["billings"][0].sum() - plan["refunds"][0].sum() - plan["prepaid"][0].sum()
    assert plan["deferred_revenue"][0, -1] == pytest.approx(
        amounts["opening.deferred_revenue"] + billed, abs=tolerance)
    assert project(later)["prepaid"] == pytest.approx(plan["prepaid"])


@pytest.mark.parametrize("company", COMPANIES)
def test_a_plan_that_opens_with_nothing_more_has_the_formulas_of_one_that_cannot(company):
    plan = load(company)
    assert set(trace(plan).opening) == {"cash", "unrestricted_cash", "paid_in_capital"}
    zeros = plan.opened()
    assert len(zeros.entries) > len(plan.entries)
    assert np.array_equal(project(zeros).block, project(plan).block)


# One text, one table of names.

@pytest.mark.parametrize("company", COMPANIES)
def test_the_text_reads_what_may_be_opened_and_nothing_else(company):
    plan = load(company)
    paths = openable(plan.entries, company)
    zeros = plan.opened()
    read = trace(zeros).inputs("assumption")
    assert {path for path in read if path.startswith(f"{SECTION}.")} == set(paths)


@pytest.mark.parametrize("company", COMPANIES)
def test_an_opening_is_called_as_its_line_is(company):
    lines, entries = {"tax_losses": "loss_pool"}, load(company).entries
    beside = {"headcount": "team.{}.hires", "fixed_assets": "asset_life.{}"}
    for path, each in openable(entries, company).items():
        name, _, segment = path.removeprefix(f"{SECTION}.").partition(".")
        if name in ("months_left", "profit_to_date"):
            continue
        label = glossary(company).term(lines.get(name, name)).label
        assert each.entry.label.startswith(f"{label} at the start"), path
        called = entries[beside[name].format(segment)].label.partition(", ")[2] \
            if name in beside else glossary(company).segment(segment)
        assert segment == "" or each.entry.label.endswith(f" at the start, {called}"), path


def test_a_company_opens_with_what_its_own_glossary_names():
    """Another that has a section of the same name adds nothing."""
    paths = ("offers.solo.churn", "mentees.solo.churn", "opening_cash")
    found = openable(paths, "subscription")
    assert "opening.active_schools.solo" in found and "opening.active_mentees.solo" not in found
    assert "opening.active_mentees.solo" in openable(paths)
    assert openable(paths, "subscription")["opening.active_schools.solo"].entry.label == (
        "Active schools at the start, Solo")


@pytest.mark.parametrize("company", COMPANIES)
def test_the_text_on_numbers_gives_what_its_formulas_do(company):
    plan = load(company, changes=every(company))
    module, found = company_module(company), {}

    class Written(dict):
        def __missing__(self, name):
            return self.setdefault(name, Written(name))

        def __init__(self, segment=None):
            vars(self)["segment"] = segment

        def __getattr__(self, name):
            return found[name if self.segment is None else f"{name}.{self.segment}"]

        def __setattr__(self, name, value):
            found[name if self.segment is None else f"{name}.{self.segment}"] = np.asarray(value)
    from model.engine.numbers import _Clock
    clock = _Clock(plan)
    clock.set(0)
    module.opening(clock.values, Written())
    values = opening_values(module, plan)
    assert values.keys() <= found.keys()
    for line, value in found.items():
        assert np.array_equal(values.get(line, np.zeros(1)), np.broadcast_to(value, (1,))), line


# What is refused, and what is meant.

@pytest.mark.parametrize(("path", "meant"), [
    ("mentees.opening", "opening.active_mentees.young_pros"), ("opening_debt", "opening.debt"),
    ("tax.opening_losses", "opening.tax_losses"),
    ("opening.recievables", "opening.receivables"),
    ("opening.active_mentees", "opening.active_mentees.young_pros")])
def test_a_name_that_is_nearly_one_is_suggested(path, meant):
    with pytest.raises(InputError, match=f"{path} is not an assumption; did you mean {meant}"):
        load("mentorship", changes={path: 1})


@pytest.mark.parametrize(("changes", "said"), [
    ({"opening.receivables": 5_000, "terms.days_to_collect": 0},
     "opening.receivables is 5,000 USD, but terms.days_to_collect is 0, so it would never be "
     "collected; set terms.days_to_collect above 0, or opening.receivables to 0."),
    ({"opening.fixed_assets.platform": 5_000},
     "opening.months_left.platform is not given, so it would never be used up"),
    ({"opening.deferred_revenue": 5_000, "terms.prepaid_share": 0}, "would be refunded"),
    ({"opening.mentor_payable": 5, "terms.days_to_pay_mentors": 0}, "never be paid out"),
    ({"opening.payables.overhead": 5, "terms.days_to_pay.overhead": 0}, "would never be paid;"),
    ({"opening.debt": -5}, "outside what its unit allows"),
    ({"opening.debt": {2026: 5}}, "one number for the whole plan"),
    ({"opening.active_mentees.young_pros": {2026: 5}}, "one number for the whole plan")])
def test_what_would_never_be_settled_is_refused_in_words(changes, said):
    with pytest.raises(InputError) as caught:
        load("mentorship", changes=changes)
    assert said in str(caught.value)


def test_a_sheet_that_does_not_balance_says_by_how_much():
    changes = {"opening.debt": 60_000, "opening.receivables": 50_000,
               "opening.retained_earnings": -250_000}
    with pytest.raises(InputError) as caught:
        project(load("mentorship", changes=changes))
    said = str(caught.value)
    assert "Assets are 240,000.00 USD more than liabilities and equity" in said
    for part in ("assets 1,050,000.00", "Receivables 50,000.00", "Debt 60,000.00",
                 "Retained earnings -250,000.00"):
        assert part in said
    plan = project(load("mentorship", changes=changes | {"opening.paid_in_capital": 1_240_000}))
    assert abs(plan["imbalance"]).max() < 1e-6


def test_paid_in_capital_that_is_said_leaves_the_rest_to_retained_earnings():
    plan = project(load("mentorship", changes={"opening.paid_in_capital": 1_250_000}))
    assert plan.openings["retained_earnings"][0] == -250_000


def test_many_openings_at_once_are_those_of_each_alone():
    debts = np.array([0.0, 5e4, 2e5])
    among = batch(load("mentorship"), {"opening.debt": debts})
    for at, debt in enumerate(debts):
        alone = project(load("mentorship", changes={"opening.debt": debt}))
        assert np.array_equal(among.block[:, :, at], alone.block[:, :, 0])


def test_missing_parts_of_the_opening_are_not_asked_for():
    found = opening_trace(company_module("mentorship").opening, ("opening_cash",), 5)
    assert not any(path.startswith(f"{SECTION}.") for path in found.missing)


# What no plan can open with, on every way in.

@pytest.mark.parametrize(("values", "said"), [
    ({"opening.payables.overhead": 40_000, "terms.days_to_pay.overhead": 0}, "never be paid"),
    ({"opening.fixed_assets.platform": 12_000}, "not given, so it would never be used up"),
    ({"opening.profit_to_date": 3_000_000}, "begins with a tax year, of which no profit")])
def test_what_load_refuses_is_refused_for_a_plan_that_is_changed(values, said):
    for way in (lambda: load("mentorship", changes=values),
                lambda: load("mentorship").with_values(values)):
        with pytest.raises(InputError, match=said):
            way()


def test_a_plan_with_an_opening_can_be_written_over_one_without():
    content = content_of(load("mentorship", changes={"opening.debt": 1000}), load("mentorship"))
    assert content == {"changes": {"opening.debt": 1000}}


def test_what_may_be_opened_is_listed_by_path_unit_and_label(run, folder):
    code, out, err = run("list", "--openings", "subscription")
    assert (code, err) == (0, [])
    assert out.splitlines()[0].split(maxsplit=2) == [
        "opening.active_schools.solo", "school", "Active schools at the start, Solo"]
    assert len(out.splitlines()) == len(openable(load("subscription").entries, "subscription"))
    assert run("list", "--openings", "nobody")[0] == 2


def test_an_entry_that_nothing_opens_with_names_what_may_be_opened(run, folder):
    entry = "{label: x, unit: school, value: 3, range: [1, 4], source: 'estimate: x', " \
            "confidence: low}"
    path = folder / "params" / "subscription" / "base.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("\nassumptions:\n", (
        "\nassumptions:\n  opening:\n    active_riders:\n      solo: " + entry
        + "\n    loans: " + entry + "\n"), 1),
                    encoding="utf-8")
    code, _, err = run("check", "subscription", "-s", "base")
    assert code == 2 and [text.split(": ", 1)[1] for text in err] == [
        "opening.active_riders.solo is nothing that subscription may open with, so no formula "
        "reads it; did you mean opening.active_schools.solo?",
        "opening.loans is nothing that subscription may open with, so no formula reads it; "
        "python -m model list --openings subscription prints what may be opened."]
