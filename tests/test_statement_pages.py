"""The statements as rows: what adds up, what is shown and what is left out, and what the page says
of them in every scenario."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from model import batch, load, project
from model.analysis import statements as rows_of
from model.analysis.statements import BALANCE, CASH_FLOW, DIRECT, INCOME, STATEMENTS
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.engine.trace import trace
from model.pages import investor_report, open_view, sensitivity, statement_tables
from model.pages import statements as page
from model.pages.statements import cash_bridge, operations
from model.params import catalog

LOAN = {"debt.draws": {"2026-06": 200_000}, "debt.repayments": {"2028-06": 50_000}}
ROUND = {"equity.raises": {"2027-03": 500_000}, "equity.dividends": {"2030-06": 100_000}}
EXTREME = [
    ("mentorship", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", {"mentors.marketing": 0}),
    ("mentorship", {"opening_cash": 0}),
    ("mentorship", LOAN | ROUND | {"content.capitalized": 0, "terms.credit_losses": 0.02}),
    ("influencer", {"customers.marketing": 0}),
    ("influencer", {"customers.basic_share": 1}),
    ("influencer", {"tiers.basic.hourly_rate": 1e6}),
    ("influencer", LOAN | {"terms.prepaid_share": 0.3, "tax.tax_rate": 0}),
]
VIEWS = [(company, scenario, {}) for company in COMPANIES
         for scenario in catalog.scenarios(company)]
VIEWS += [(company, "base", changes) for company, changes in EXTREME]
CELLS = ("income", "cash_flow", "balance", "monthly_statements", "revenue_and_cost_by_line",
         "team_and_assets", "ratios", "discounted_cash_flow", "ownership")


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: "-".join(map(str, view[:2])))
def view(request):
    return open_view(*request.param)


def column(table, head):
    return dict(zip((label.strip() for label in table.labels), table.columns[head], strict=True))


def test_every_total_is_the_sum_of_its_rows(view):
    projection = view.projection
    for statement in STATEMENTS:
        for row in rows_of.rows(projection, statement):
            for amounts in (rows_of.by_year, rows_of.by_month):
                found = amounts(projection, statement, row)
                made = [part for part in statement.rows if part.line in row.of
                        and part in rows_of.rows(projection, statement)]
                if made:
                    total = sum(part.sign * amounts(projection, statement, part) for part in made)
                    np.testing.assert_allclose(total, found, rtol=1e-12, atol=1e-5)
                lines = rows_of.parts(projection, row)
                if lines and amounts is rows_of.by_month:
                    np.testing.assert_allclose(sum(projection[line] for line in lines), found,
                                               rtol=1e-12, atol=1e-5)


def test_every_term_of_a_total_stands_above_it_with_its_sign(view):
    signed = trace(view.assumptions).signed
    for statement in STATEMENTS:
        for row in statement.rows:
            if row.total:
                rows = rows_of.added_up(view.projection, statement, row)
                assert {part.line: part.sign for part in rows} == signed(row.line), row.line


def test_a_row_belongs_to_one_total(view):
    for statement in STATEMENTS:
        used = [part.line for row in statement.rows if row.adds_up
                for part in rows_of.added_up(view.projection, statement, row)]
        rows = [row.line for row in rows_of.rows(view.projection, statement)]
        assert len(used) == len(set(used)) and set(rows) - set(used) <= {rows[-1], "assets"}


def test_both_sides_and_both_methods_say_the_same(view):
    projection = view.projection
    owns, owes = (rows_of.by_month(projection, BALANCE, BALANCE.row(name))
                  for name in ("assets", "liabilities_and_equity"))
    np.testing.assert_allclose(owns, owes, rtol=1e-12, atol=1e-5)
    indirect, direct = (rows_of.by_year(projection, statement, statement.row(name))
                        for statement, name in ((CASH_FLOW, "operating_cash_flow"),
                                                (DIRECT, "direct_operating_cash_flow")))
    np.testing.assert_allclose(indirect, direct, rtol=1e-12, atol=1e-5)


@pytest.mark.parametrize("year", [None, 2026, 2027, 2030])
def test_the_bridge_leads_from_opening_to_closing_cash(view, year):
    start, moves, end = rows_of.bridge(view.projection, year)
    assert start + sum(moves.values()) == pytest.approx(end, rel=1e-12, abs=1e-5)


def test_the_tables_show_costs_above_zero_and_payments_below():
    view = open_view("mentorship", changes=LOAN | ROUND)
    year = view.projection.by_year
    earned = column(statement_tables.annual(view, INCOME), "2026")
    assert earned["Payroll"] == year("payroll")[0, 0] > 0
    assert earned["Net income"] == year("net_income")[0, 0] < 0
    moved = column(statement_tables.annual(view, CASH_FLOW), "2027")
    assert moved["Capital spending"] == -year("capex")[0, 1] < 0
    assert moved["Equity raised"] == 500_000 and moved["Cost of raising"] == -25_000
    assert moved["Cash at the start"] == year("cash")[0, 0]
    paid = column(statement_tables.annual(view, DIRECT), "2026")
    assert paid["Interest"] == -year("interest")[0, 0] < 0
    owned = column(statement_tables.annual(view, BALANCE), "Opening")
    assert owned["Cash"] == owned["Assets"] == owned["Equity"] == 1_000_000
    assert owned["Liabilities and equity"] == 1_000_000


def test_a_row_is_left_out_only_where_it_is_zero_and_then_named(view):
    for statement in STATEMENTS:
        kept = statement_tables.shown(view, statement)
        said = statement_tables.left_out(view, statement)
        for row in rows_of.rows(view.projection, statement):
            if row not in kept:
                assert not np.any(rows_of.by_month(view.projection, statement, row))
                name = statement_tables.label(view, row)
                assert name in said or name[:1].lower() + name[1:] in said


def test_a_part_that_is_zero_throughout_is_named():
    view = open_view("influencer", changes={"customers.basic_share": 1})
    assert "Pro, Managed Service and One-Off" in statement_tables.left_out(view, INCOME)
    assert "Pro" not in statement_tables.annual(view, INCOME).text.replace("Profit", "")


def test_what_a_company_has_not_is_not_on_its_statements():
    view = open_view("influencer")
    for statement in STATEMENTS:
        assert "mentor" not in statement_tables.annual(view, statement).text
    assert "Unrestricted" not in statement_tables.annual(view, BALANCE).text
    assert "Cash held for mentors" in page.balance(open_view("mentorship")).text


def test_every_cell_says_no_nonsense(view):
    for name in CELLS:
        text = getattr(page, name)(view).text
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"\bnp\.", r"−0\b(?!\.)", r"\.\.",
                         r"\bUSD –"):
            found = re.search(nonsense, text)
            assert not found, (name, text[max(0, found.start() - 80):found.end() + 20])


def test_the_sentences_are_true(view):
    projection = view.projection
    said = page.income(view).message
    net, tax = projection.by_year("net_income")[0], projection.by_year("income_tax")[0]
    assert ("never above zero" in said) == (not (net > 1e-6).any())
    assert ("no tax is charged" in said) == (not (tax > 1e-6).any())
    assert ("no revenue" in said) == (not projection["revenue"].any())
    assert page.balance(view).message.startswith("The balance sheet ties in every month")
    assert ("equity is below zero" in page.balance(view).message) == bool(
        (projection.by_year("equity")[0] < -1e-6).any())
    assert ("No month has" in page.monthly_statements(view).message) == (
        not (projection["net_income"][0] > 1e-6).any())


@pytest.mark.parametrize(("above", "said"), [
    ([1, 1, 1], "above zero in every year"), ([0, 0, 0], "never above zero"),
    ([0, 1, 1], "above zero from 2027 on"), ([0, 0, 1], "above zero in 2028 alone"),
    ([1, 0, 1], "above zero in 2026 and 2028 alone"), ([1, 0, 0], "above zero in 2026 alone")])
def test_when_profit_is_above_zero_has_words_for_every_case(above, said):
    assert page._when(np.array(above, bool), (2026, 2027, 2028)) == said


def test_the_first_tax_is_named_with_the_month_in_which_it_is_paid():
    # Losses offset 80% of the profit of 2028, so that a quarter of the other fifth is tax.
    view = open_view("mentorship")
    profit, tax = (view.projection.by_year(line)[0, 2]
                   for line in ("profit_before_tax", "income_tax"))
    assert tax == pytest.approx(0.25 * 0.2 * profit) == pytest.approx(32_366, abs=1)
    assert "tax is first charged for 2028 and first paid in Apr 2029" in page.income(view).message
    # With losses that offset all of a profit, those before 2030 cover that of 2029 too.
    late = open_view("mentorship", changes={"mentees.marketing": {2026: 150_000, 2029: 900_000},
                                            "tax.loss_limit": 1})
    tax = late.projection.by_year("income_tax")[0]
    assert tax[-1] > 0 and not tax[:-1].any()
    assert "first charged for 2030 and not paid before the end of 2030" in page.income(late).message


@pytest.mark.parametrize(("company", "held"), [("mentorship", "1.66m"), ("influencer", "3.74m")])
def test_the_tax_that_closing_cash_still_holds_is_said_beside_it(company, held):
    view = open_view(company)
    said = (f"Cash at the end of 2030 still holds USD {held} of tax of 2030 that is paid in Apr "
            "2031: tax is charged once a year")
    for block in (page.cash_flow(view), investor_report.cash(view), sensitivity.fan(view)):
        assert said in f"{block.message} {block.reading}"
    free = open_view(company, changes={"tax.tax_rate": 0})
    assert "of tax of" not in page.cash_flow(free).message


def test_the_bridge_says_whose_money_it_is():
    assert "USD 1.22m of it held for mentors" in cash_bridge.bridge(open_view("mentorship")).message
    assert "although USD 182.4k should be there for mentors" in cash_bridge.bridge(
        open_view("mentorship", "flat_marketing")).message
    assert "mentors" not in cash_bridge.bridge(open_view("influencer")).message


def test_the_bridge_of_a_year_is_its_column():
    view = open_view("mentorship")
    by_year = column(cash_bridge.by_year(view), "2028")
    alone = column(cash_bridge.bridge(view, 2028).table, "Amount")
    assert {name: alone[name] for name in alone} == {
        name: amount for name, amount in by_year.items() if amount}
    assert "2028" in cash_bridge.bridge(view, 2028).message


def test_a_chosen_year_is_drawn_below_its_choice():
    shown = page.controls(open_view("influencer"))
    row, picture = shown.children[1], shown.children[-1]
    assert "2026 to 2030" in picture.value
    row.children[0].value = 2028
    assert "What moved cash, 2028" in picture.value and "2026 to 2030" not in picture.value


def test_lines_add_up_to_the_statement_and_the_largest_comes_first(view):
    year = view.projection.by_year
    costs = (year("revenue") - year("operating_profit"))[0]
    for found, total in ((operations._revenue(view), year("revenue")[0]),
                         (operations._costs(view), costs)):
        if found:
            np.testing.assert_allclose(sum(found.values()), total, rtol=1e-12, atol=1e-5)
        else:
            assert not total.any()
        sizes = [float(np.sum(values)) for values in found.values()]
        assert sizes == sorted(sizes, reverse=True)
        drawn = operations._largest(found)
        assert sum(drawn.values()) == pytest.approx(sum(sizes))


def test_the_plans_for_people_and_assets_add_up(view):
    for table in page.team_and_assets(view).table:
        for year in map(str, view.projection.years):
            *items, total = table.columns[year]
            assert sum(items) == pytest.approx(total)


def test_roles_and_items_are_called_as_their_assumptions_are():
    text = page.team_and_assets(open_view("influencer")).text
    assert "Campaign and Account Managers" in text and "Platform build" in text
    assert "delivery" not in text.lower().replace("head of delivery", "")


def test_statements_by_quarter_add_up_to_those_by_year():
    view = open_view("mentorship")
    tables = page.monthly_statements(view).table[:3]
    for statement, table in zip((INCOME, CASH_FLOW, BALANCE), tables, strict=True):
        year = statement_tables.annual(view, statement)
        for label, row in zip(table.labels, zip(*table.columns.values(), strict=True), strict=True):
            whole = column(year, "2027")[label]
            own = dict(zip(table.columns, row, strict=True))
            quarters = [own[f"Q{number} 2027"] for number in (1, 2, 3, 4)]
            if statement.balances:
                assert quarters[-1] == pytest.approx(whole), label
            else:
                assert whole in (pytest.approx(sum(quarters)), pytest.approx(quarters[0]),
                                 pytest.approx(quarters[-1])), label


def test_the_monthly_statements_are_folded_and_show_the_whole_plan():
    block = page.monthly_statements(open_view("mentorship"))
    assert not block.open and len(block.table) == 6
    for table in block.table[3:]:
        assert list(table.columns)[-1] == "2030-12"
    assert column(block.table[3], "2026-01")["Payroll"] > 0
    assert column(block.table[4], "2026-01")["Capital spending"] == -60_000
    assert block.html.count("<table") == 15 + 6
    assert len(block.html) < 100_000


def test_a_difference_of_the_sides_is_said():
    view = open_view("mentorship")
    view.projection["receivables"][0, 7] += 1000
    assert "does not tie: its sides differ by up to USD 1.0k" in page.balance(view).message


def test_every_label_of_a_total_is_its_own(view):
    for statement in STATEMENTS:
        labels = statement_tables.annual(view, statement).labels
        assert len(labels) == len(set(labels))


def test_the_rows_are_lines_of_the_glossary():
    for statement in STATEMENTS:
        for row in statement.rows:
            assert row.opening_of or row.of or glossary("mentorship").term(row.line).unit == "USD"


def test_a_scenario_of_a_batch_has_the_statements_that_it_has_alone():
    together = batch(load("mentorship"), {"opening_cash": np.array([1e6, 5e5])})
    alone = project(load("mentorship", changes={"opening_cash": 500_000}))
    for statement in STATEMENTS:
        for row in rows_of.rows(alone, statement):
            for amounts in (rows_of.by_year, rows_of.by_month):
                np.testing.assert_allclose(amounts(together, statement, row)[1],
                                           amounts(alone, statement, row)[0], rtol=1e-13)
    start, moves, end = rows_of.bridge(together, 2027, scenario=1)
    assert (start, *moves.values(), end) == pytest.approx(
        (rows_of.bridge(alone, 2027)[0], *rows_of.bridge(alone, 2027)[1].values(),
         rows_of.bridge(alone, 2027)[2]))


def test_the_notebook_stands_between_breakeven_and_sensitivity():
    notebooks = Path(__file__).resolve().parent.parent / "notebooks"
    order = {name: json.loads((notebooks / f"{name}.ipynb").read_text(encoding="utf-8"))[
        "metadata"]["model"]["order"] for name in ("breakeven", "statements", "sensitivity")}
    assert order["breakeven"] < order["statements"] < order["sensitivity"]


def test_every_row_that_has_a_formula_leads_to_it(view, sketched):
    """And every link on the page leads somewhere, to one place only."""
    html = "".join(cell(view).html for cell in (page.income, page.cash_flow, page.balance))
    anchors = re.findall(r' id="([^"]+)"', html)
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert len(anchors) == len(set(anchors)) and links <= set(anchors)
    for statement in STATEMENTS:
        written = {anchor.partition("-")[2] for anchor in links
                   if anchor.startswith(f"{statement.name}-")}
        rows = {row.line for row in statement_tables.shown(view, statement)}
        assert rows & written >= rows & {"revenue", "ebitda", "net_income", "operating_cash_flow",
                                         "receivables", "equity"}
    assert len(re.findall(r'#income-variable_opex-digital_ads">Digital ads<', html)) < 2, (
        "only the row may lead there; the assumption of that name is no line")
    assert "= Contribution − Marketing − Payroll − Fixed operating cost" in html
