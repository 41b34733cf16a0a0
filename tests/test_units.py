"""Units fit in every formula, and where one does not, both operands are named."""

import re
from copy import copy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from formulas import planted

from model import load, project
from model.companies import COMPANIES, glossary, mentorship
from model.companies.vocabulary import UNDEFINED, ratio
from model.engine import texts as all_texts
from model.engine import trace as tracing
from model.engine import units
from model.engine.timeline import TIMELINES
from model.engine.units import PLAIN, check_units, unit
from model.params.units import UNITS


def retyped(assumptions, path, text):
    """The assumptions with another unit of one of them, as if retyped in base.yaml."""
    entry = assumptions.entries[path].model_copy(update={"unit": text})
    return replace(assumptions, entries=assumptions.entries | {path: entry})


@pytest.fixture
def described(monkeypatch):
    """The glossary with other units of some lines."""
    def of(**given):
        found = copy(glossary.glossary("mentorship"))
        found.terms = {name: replace(term, unit=given.get(name, term.unit))
                       for name, term in glossary.glossary("mentorship").terms.items()}
        found.memory = {name: replace(term, unit=given.get(name, term.unit))
                        for name, term in glossary.glossary("mentorship").memory.items()}
        found._beside = {kind: {name: replace(term, unit=given.get(f"{kind}.{name}", term.unit))
                                for name, term in terms.items()}
                         for kind, terms in found._beside.items()}
        monkeypatch.setattr(units, "glossary", lambda company: found)
    return of


@pytest.fixture
def written(monkeypatch):
    """The marketplace with a formula more, or with another one in place of one of its own."""
    def of(formula):
        def month(a, prev, now):
            mentorship.month(a, prev, now)
            formula(a, prev, _Rewritten(now))
        module = SimpleNamespace(month=month, opening=mentorship.opening, BESIDE={})
        monkeypatch.setattr(tracing, "company_module", lambda company: module)
        return load("mentorship")
    return of


class _Rewritten:
    """Writes lines that are written already."""

    def __init__(self, now):
        object.__setattr__(self, "_now", now)

    def __getattr__(self, name):
        return getattr(self._now, name)

    def __setattr__(self, name, value):
        self._now._formulas.pop(name, None)
        setattr(self._now, name, value)


@pytest.mark.parametrize("company", COMPANIES)
def test_units_fit_in_every_formula(company):
    assert check_units(load(company)) == []


def test_a_month_counts_as_one_and_a_year_does_not():
    assert unit("USD/mentee/month") == unit("USD/mentee")
    assert unit("fraction/month") == unit("flag") == unit("months") == PLAIN
    assert unit("fraction/year") != PLAIN
    assert unit("months/year") == unit("fraction/year")
    assert unit("USD/year").times(unit("months/year"), -1) == unit("USD")
    assert unit("mentees/mentor") == unit("mentee").times(unit("mentor"), -1)
    assert [str(unit(text)) for text in ("USD/FTE/year", "fraction/year", "months")] == [
        "USD/FTE/year", "1/year", "a plain number"]
    assert str(unit("USD").times(unit("years"))) == "USD·year"
    with pytest.raises(ValueError, match="'yaer' is not a word of a unit; did you mean year"):
        unit("USD/yaer")


def test_every_unit_that_params_the_glossary_and_the_timeline_may_have_is_known():
    for text in (*UNITS, *(value.unit for value in TIMELINES.values()),
                 *(glossary.glossary(company).term(line).unit for company in COMPANIES
                   for line in project(load(company)).lines)):
        unit(text)


# What is retyped in base.yaml, the line that notices, and what its sentence names.
RETYPED = [
    ("mentorship", "mentees.marketing", "USD", "mentee_marketing",
     ["mentees.marketing (in USD)", "timeline.months_per_year (in 1/year)", "gives USD·year",
      "params/mentorship/base.yaml:28"]),
    ("mentorship", "mentees.young_pros.churn", "fraction/year", "churned_mentees.young_pros",
     ["mentees.young_pros.churn (in 1/year)", "active_mentees.young_pros (in mentee)",
      "gives mentee/year"]),
    ("mentorship", "mentees.cac", "USD/customer", "onboarding_cost",
     ["mentees.cac (in USD/customer)", "match_rate_in_cac (a plain number)"]),
    ("influencer", "tiers.pro.hourly_rate", "USD/order", "revenue.pro",
     ["billable_hours.pro (in hour)", "tiers.pro.hourly_rate (in USD/order)"]),
    ("influencer", "customers.mix.pro", "fraction/year", "customer_share.pro",
     ["customers.mix.pro (in 1/year)", "high_value_share (a plain number)"]),
    ("influencer", "asset_life.platform", "months", "written_down.platform",
     ["cannot compare asset_life.platform (a plain number) and years_back.year_4 (in year)"]),
    ("influencer", "terms.days_to_collect", "months", "unpaid_share.invoices_this_month",
     ["cannot compare", "terms.days_to_collect / timeline.days_per_month", "(in 1/day)"]),
    ("mentorship", "team.developer.salary", "USD", "payroll.developer",
     ["team.developer.salary", "gives FTE·USD·year"]),
    ("mentorship", "team.developer.hires", "USD", "headcount.developer",
     ["cannot add last month's headcount.developer (in FTE) and team.developer.hires (in USD)"]),
    ("mentorship", "capex.platform", "FTE", "capex.platform", ["capex.platform gives FTE"]),
    ("mentorship", "tax.payment_month", "months", "tax_paid",
     ["cannot compare timeline.month_of_year (in month of year) and tax.payment_month (a plain"]),
    ("mentorship", "debt.interest_rate", "fraction", "interest", ["gives USD·year"]),
    ("mentorship", "opening_cash", "shares", "opening cash",
     ["is in USD by glossary.yaml, but its formula opening_cash gives share"]),
    ("influencer", "valuation.discount_rate", "fraction", "valuation.discount_rate",
     ["is a plain number, but the analysis reads it as in 1/year"]),
]


@pytest.mark.parametrize(("company", "path", "text", "line", "said"), RETYPED)
def test_a_retyped_unit_is_noticed_where_it_is_read(company, path, text, line, said):
    found = [sentence for sentence in check_units(retyped(load(company), path, text))
             if sentence.startswith(f"{line} ")]
    assert len(found) == 1
    for part in said:
        assert part in found[0], found[0]


def test_params_on_disk_are_what_is_read(folder):
    base = folder / "params" / "influencer" / "base.yaml"
    text = base.read_text(encoding="utf-8")
    assert text.count("USD/customer") == 1
    base.write_text(text.replace("USD/customer", "USD/mentee"), encoding="utf-8")
    found = check_units(load("influencer"))
    assert len(found) == 5
    place = f"params/influencer/base.yaml:{text.split(chr(10)).index('    cac:') + 1}"
    assert all(f"customers.cac stands in {place}" in sentence for sentence in found)
    assert all("customers.cac (in USD/mentee)" in sentence for sentence in found[:4])
    assert found[4].startswith("check marketing_unspent.customers cannot subtract marketing (in ")


# A wrong formula, and the two operands that its sentence must name with their units.
WRONG = [
    (lambda a, prev, now: setattr(now, "marketing", a.mentees.marketing + now.mentor_marketing),
     "marketing cannot add mentees.marketing (in USD/year) and mentor_marketing (in USD); one is a "
     "year's and one a month's: convert it by timeline.months_per_year"),
    (lambda a, prev, now: setattr(now, "drawn", a.tax.tax_rate),
     "drawn is in USD by glossary.yaml, but its formula tax.tax_rate gives a plain number; "),
    (lambda a, prev, now: setattr(now, "mentee_marketing", a.mentees.marketing),
     "mentee_marketing is in USD by glossary.yaml, but its formula mentees.marketing gives "
     "USD/year; one is a year's and one a month's"),
    (lambda a, prev, now: setattr(now, "marketing", now.mentee_marketing + now.active_mentees),
     "marketing cannot add mentee_marketing (in USD) and active_mentees (in mentee); correct the "
     "formula in <lambda>(), or the unit"),
    (lambda a, prev, now: setattr(now, "debt", prev.debt - prev.headcount),
     "debt cannot subtract last month's debt (in USD) and last month's headcount (in FTE)"),
    (lambda a, prev, now: setattr(now, "repaid", np.minimum(a.debt.repayments, a.tax.tax_rate)),
     "repaid cannot compare debt.repayments (in USD) and tax.tax_rate (a plain number)"),
    (lambda a, prev, now: setattr(now, "drawn", np.where(now.cash < 5, a.debt.draws, 0)),
     "drawn cannot compare cash (in USD) and 5 (a plain number)"),
    (lambda a, prev, now: setattr(now, "drawn", np.where(now.cash < 0, a.debt.draws, 1)),
     "drawn cannot choose between debt.draws (in USD) and 1 (a plain number)"),
    (lambda a, prev, now: setattr(now, "drawn", np.where(now.cash, a.debt.draws, 0)),
     "drawn reads cash (in USD) as true or false; compare it with something."),
    (lambda a, prev, now: setattr(now, "fill_rate", now.mentors_busy / np.where(
        now.active_mentees > 0, now.active_mentees, 1)),
     "fill_rate is a plain number by glossary.yaml, but its formula"),
    (lambda a, prev, now: setattr(now, "salary_rise", prev.salary_rise + a.payroll.salary_growth),
     "salary_rise cannot add last month's salary_rise (a plain number) and payroll.salary_growth "
     "(in 1/year)"),
    (lambda a, prev, now: setattr(now, "profit_to_date", prev.profit_to_date * a.timeline.one_year),
     "profit_to_date is in USD by glossary.yaml, but its formula last month's profit_to_date × "
     "timeline.one_year gives USD·year: last month's profit_to_date (in USD) and timeline.one_year "
     "(in year)"),
]


@pytest.mark.parametrize(("formula", "said"), WRONG)
def test_a_wrong_formula_names_both_operands_with_their_units(written, formula, said):
    found = check_units(written(formula))
    assert len(found) == 1 and found[0].startswith(said), found


# A text beside the month, what it writes on top, and what is said.
PLANTED = {
    "memory": (lambda a, prev, now: {"net_burn": now.ebitda + now.active_mentees},
               "net_burn cannot add ebitda (in USD) and active_mentees (in mentee); correct the "
               "formula in plant(), or the unit that is wrong."),
    "customer": (lambda a, now: {"margin_before_ads": ratio(now.contribution, now.new_mentees)},
                 "customer's margin_before_ads is a plain number by glossary.yaml, but its formula "
                 "contribution / new_mentees, undefined where new_mentees is 0 gives USD/mentee"),
    "life": (lambda a, won, prev, now: {"left": prev.left + won["mentees"].cac},
             "life's left cannot add last month's life's left (a plain number) and customer's "
             "cac.mentees (in USD/mentee)"),
    "kpis": (lambda a, now, customer, plan: {
        "ltv_to_cac": ratio(now["mentees"].lifetime_value, customer["mentors"].cac)},
        "KPI ltv_to_cac is a plain number by profile.yaml, but its formula KPI "
        "lifetime_value.mentees / customer's cac.mentors, undefined where customer's cac.mentors "
        "is 0 gives mentor/mentee"),
    "checks": (lambda a, prev, now: {"methods_apart": now.cash - now.orders},
               "check methods_apart cannot subtract cash (in USD) and orders (in order)"),
    "kpis of the plan": (lambda a, now, customer, plan: {
        "payback": np.where(plan.cash > 0, plan.debt, UNDEFINED)},
        "KPI payback is a plain number by glossary.yaml, but its formula plan's last debt if "
        "plan's last cash is above 0, otherwise undefined gives USD"),
    "kpis that compare": (lambda a, now, customer, plan: {
        "runway": np.where(now.cash > a.timeline.months, now.cash, UNDEFINED)},
        "KPI runway cannot compare cash (in USD) and timeline.months (a plain number)"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_formula_beside_the_month_is_named_with_its_text(monkeypatch, name):
    formula, said = PLANTED[name]
    text = name.split()[0]
    module = planted(mentorship, text, formula)
    monkeypatch.setattr(all_texts, "company_module", lambda company: module)
    found = check_units(load("mentorship"))
    assert len(found) == 1 and found[0].startswith(said), found


def test_a_line_that_nothing_writes_is_named_with_its_place_and_the_nearest(monkeypatch):
    module = planted(mentorship, "kpis", lambda a, now, customer, plan: {
        "take_rate": now.commision})
    monkeypatch.setattr(all_texts, "company_module", lambda company: module)
    found, = check_units(load("mentorship"))
    assert re.search(r"test_units\.py:\d+ .* reads the line commision, which nothing before it "
                     r"writes; did you mean commission\?$", found)


def test_a_mentee_and_a_mentor_are_added_as_one_customer_each_on_purpose(monkeypatch):
    monkeypatch.setitem(TIMELINES, "customers_per_mentee",
                        replace(TIMELINES["customers_per_mentee"], unit="fraction"))
    units.findings.cache_clear()
    said = check_units(load("mentorship"))
    units.findings.cache_clear()
    assert {sentence.split(" cannot")[0].split(" is ")[0] for sentence in said} == {
        "KPI blended_cac", "KPI mentees_per_mentor"}


@pytest.mark.parametrize(("given", "said"), [
    ({"customer.price": "USD"}, "customer's price.young_pros is in USD by glossary.yaml, but its "
                                "formula revenue.young_pros / months_billed.young_pros, undefined "
                                "where months_billed.young_pros is 0 gives USD/mentee"),
    ({"life.worth": "USD"}, "life's worth.mentees is in USD by glossary.yaml, but its formula"),
    ({"recent_flow": "month"}, "recent_flow is a plain number by glossary.yaml, but in a year it "
                               "is free_cash_flow (in USD); correct one of them."),
    ({"kpi.recent_burn": "month"}, "KPI recent_burn is a plain number by glossary.yaml, but its"),
    ({"kpi.recent_burn": "dollar"}, "KPI recent_burn has no unit: 'dollar' is not a word of a"),
])
def test_a_wrong_unit_of_another_text_is_noticed(described, given, said):
    described(**given)
    assert any(sentence.startswith(said) for sentence in check_units(load("mentorship")))


def test_a_line_that_depends_on_itself_alone_hides_no_error(written):
    # An index that would be inferred from itself: its unit is the glossary's, so the rent shows.
    def formula(a, prev, now):
        now.profit_to_date = prev.profit_to_date * (1 + a.tax.tax_rate)
        now.raised = prev.profit_to_date * a.fixed_opex.office
    found = check_units(written(formula))
    assert len(found) == 1 and found[0].startswith("raised is in USD by glossary.yaml")
    assert "gives USD·USD/year" in found[0] or "gives USD/year" in found[0]


def test_nothing_fits_everything_and_one_only_stands_in_for_a_divisor(written):
    def formula(a, prev, now):
        now.drawn = np.where(now.cash < 0, np.maximum(a.debt.draws, 0), 0 * now.active_mentees)
        now.mentors_wanted = now.active_mentees / np.where(now.fill_rate > 0, now.fill_rate, 1)
    found = check_units(written(formula))
    assert len(found) == 1 and found[0].startswith("mentors_wanted is in mentor by glossary.yaml")
    found = check_units(written(lambda a, prev, now: setattr(
        now, "fill_rate", now.mentors_busy / np.where(now.mentors_wanted > 0, now.mentors_wanted,
                                                      2))))
    assert len(found) == 1 and "choose between mentors_wanted (in mentor) and 2 (a" in found[0]


@pytest.mark.parametrize(("given", "said"), [
    ({"cash": "mentee"}, "cash cannot add last month's cash (in mentee) and operating_cash_flow "
                         "(in USD)"),
    ({"orders": "customer"}, "orders.young_pros is in customer by glossary.yaml, but its formula"),
    ({"order_value": "USD/hour"}, "order_value is in USD/hour by glossary.yaml, but is the ratio "
                                  "of gmv (in USD) and orders (in order)"),
    ({"salary_share": "fraction"}, "salary_share is a plain number by glossary.yaml, but its "
                                   "formula (1 + salary_rise) / timeline.months_per_year gives "
                                   "year: 1 + salary_rise (a plain number) and "
                                   "timeline.months_per_year (in 1/year)"),
    ({"debt": "dollar"}, "debt has no unit: 'dollar' is not a word of a unit; "),
])
def test_a_wrong_unit_in_the_glossary_is_noticed(described, given, said):
    described(**given)
    assert any(sentence.startswith(said) for sentence in check_units(load("mentorship")))


def test_a_line_that_the_glossary_does_not_hold_is_said(written):
    found = check_units(written(lambda a, prev, now: setattr(now, "deb", now.debt)))
    assert found == ["deb has no unit: 'deb' is not in glossary.yaml; did you mean debt? A new "
                     "line is described there, with label, unit, kind and meaning."]


def test_what_is_no_formula_is_said_instead(written):
    found = check_units(written(lambda a, prev, now: setattr(now, "x", float(now.debt))))
    assert len(found) == 1 and "turns a line into a plain number" in found[0]


@pytest.mark.parametrize("company", COMPANIES)
def test_every_assumption_but_a_flag_is_held_to_its_unit(company):
    """Whichever assumption gets a unit that it cannot have, some formula notices."""
    assumptions, unnoticed = load(company), set()
    for path, entry in assumptions.entries.items():
        # What is a salary becomes a plain number, all else a salary.
        wrong = "fraction" if entry.unit == "USD/FTE/year" else "USD/FTE/year"
        if not check_units(retyped(assumptions, path, wrong)):
            unnoticed.add(entry.unit)
    # A flag is compared with 0, which fits any unit.
    assert unnoticed <= {"flag"}
