"""Cells of the statements notebook."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from model.analysis.statements import BALANCE, CASH_FLOW, DIRECT, INCOME, Statement
from model.audit.checks import by_code, unequal
from model.companies.working_capital import HELD
from model.engine.figures import figures
from model.pages import formulas, frame, live, statement_tables, years
from model.pages.breakeven import funding
from model.pages.statements import (
    cash_bridge,
    covenants,
    exits,
    financial_ratios,
    head,
    operations,
    owners,
    valuation,
)
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Several, Table
from model.views.formats import format_month, say
from model.views.tree import Trees

# Amounts closer to zero than this are no profit and no loss. [USD]
NOTHING = 1e-6

checks, words = frame.checks_and_limits, frame.words
bridge, controls = cash_bridge.bridge, cash_bridge.controls
revenue_and_cost_by_line = operations.revenue_and_cost_by_line
team_and_assets = operations.team_and_assets
ratios, ownership, returns = financial_ratios.ratios, owners.ownership, exits.returns
discounted_cash_flow = valuation.discounted_cash_flow
lenders = covenants.covenants


header = partial(live.header, page="Statements", answer=head.answer)


def standing(view: View) -> Several:
    """The financial ratios and, where the plan borrows, what its lenders demand."""
    return Several([part for part in (ratios(view), lenders(view)) if part])


def income(view: View) -> Block:
    lines = ("revenue", "contribution", "ebitda", "net_income")
    figure = charts.columns_by_year(
        view.years, {view.line(line): view.by_year(line) for line in lines},
        unit="USD", subtitle=frame.subject(view, "revenue to net income · USD · by year"))
    return Block(
        _income_message(view), figure, "column chart",
        "revenue, contribution, EBITDA and net income by year",
        "Costs are amounts above zero that are subtracted; revenue counts when it is earned, "
        f"whenever it is paid. {statement_tables.left_out(view, INCOME)}".strip(),
        _with_formulas(view, INCOME), open=True)


def _with_formulas(view: View, statement: Statement) -> tuple[Table, Trees]:
    return (statement_tables.annual(view, statement, formulas.anchors(view, statement)),
            formulas.made(view, statement))


def _income_message(view: View) -> str:
    every = view.years
    revenue, net, tax = map(view.by_year, ("revenue", "net_income", "income_tax"))
    sales = (f"Revenue is {say(revenue[0], 'USD')} in {every[0]} and {say(revenue[-1], 'USD')} in "
             f"{every[-1]}" if revenue.any() else "There is no revenue in any year")
    profit = f"net income is {_when(net > NOTHING, every)} and {say(net[-1], 'USD')} in {every[-1]}"
    if not np.any(tax > NOTHING):
        return f"{sales}; {profit}; no tax is charged."
    charge = f"tax is first charged for {_taxed(view)}"
    payments = view.projection["tax_paid"][0] > NOTHING
    when = (f"first paid in {format_month(view.months[int(np.argmax(payments))])}"
            if payments.any() else f"not paid before the end of {every[-1]}")
    return f"{sales}; {profit}; {charge} and {when}."


def _taxed(view: View) -> str:
    """The first tax year for which tax is charged."""
    charged = int(np.argmax(view.projection["income_tax"][0] > NOTHING))
    return str(view.assumptions.calendar.year_of(view.months[charged]))


def _when(above: np.ndarray, years: tuple[int, ...]) -> str:
    """`above zero from 2028 on`, in words for every case."""
    if above.all():
        return "above zero in every year"
    if not above.any():
        return "never above zero"
    first = int(np.argmax(above))
    if above[first:].all():
        return (f"above zero from {years[first]} on" if first < len(years) - 1 else
                f"above zero in {years[first]} alone")
    names = [str(year) for year, is_above in zip(years, above, strict=True) if is_above]
    return f"above zero in {frame.listed(names)} alone"


def cash_flow(view: View) -> Block:
    """Cash over the whole plan as a bridge, by year in both methods, and from where it came."""
    moves, money = bridge(view), funding.sources(view)
    reading = [moves.reading, statement_tables.left_out(view, CASH_FLOW, DIRECT)]
    return Block(
        f"{moves.message} {money.message} {frame.tax_held(view)}".strip(), moves.figure,
        moves.chart_kind, moves.subject, " ".join(filter(None, reading)),
        [cash_bridge.by_year(view), *_with_formulas(view, CASH_FLOW), *_with_formulas(view, DIRECT),
         money.table], open=True, alt_message=moves.message)


def balance(view: View) -> Block:
    calendar = view.projection.calendar
    when = years.last_month(calendar) if calendar.ends_with_a_year else "each year"
    reading = [f"Balances at the end of {when}; nothing balances the two sides but the sums."]
    if "custodial_cash" in view.projection:
        owed = "payouts payable" if HELD in view.projection else "sales tax payable"
        reading.append(f"Cash held for {view.glossary.held_for} is an asset and, as {owed}, a "
                       "liability.")
    reading.append(statement_tables.left_out(view, BALANCE))
    return Block(_balance_message(view), table=_with_formulas(view, BALANCE), open=True,
                 reading=" ".join(filter(None, reading)))


def _balance_message(view: View) -> str:
    projection, every = view.projection, view.years
    most = np.max(np.abs(figures(projection).check("assets_unfunded")[0]))
    if unequal(projection, by_code(projection)["E1"]):
        ties = f"The balance sheet does not tie: its sides differ by up to {say(most, 'USD')}"
    elif most == 0:
        ties = "The balance sheet ties in every month, exactly"
    else:
        bound = math.ceil(math.log10(most))
        below = f"USD {10.0 ** bound:.{max(0, -bound)}f}"
        ties = f"The balance sheet ties in every month: its sides never differ by {below}"
    equity, assets = map(view.by_year, ("equity", "assets"))
    end = (f"at the end of {every[-1]} the company has assets of {say(assets[-1], 'USD')} and "
           f"equity of {say(equity[-1], 'USD')}")
    short = [str(year) for year, value in zip(every, equity, strict=True) if value < -NOTHING]
    if short:
        end += f"; equity is below zero at the end of {frame.listed(short)}"
    return f"{ties}; {end}."


def monthly_statements(view: View) -> Block:
    """The three statements by quarter, and then by month, folded."""
    months = len(view.months)
    net = view.projection["net_income"][0] > NOTHING
    last = format_month(view.months[months - 1])
    if not net.any():
        message = "No month has a net income above zero."
    else:
        at = int(np.argmax(net))
        message = (f"The first month with a net income above zero is "
                   f"{format_month(view.months[at])}")
        later = int(np.sum(~net[at:]))
        message += (f"; {later} later {'month is' if later == 1 else 'months are'} not above it."
                    if later else ", and so are all that follow.")
    return Block(
        message,
        reading=f"Tax is charged in {years.last_month(view.assumptions.calendar)} for the year.",
        table=[*(statement_tables.quarterly(view, statement)
                 for statement in (INCOME, CASH_FLOW, BALANCE)),
               *(statement_tables.monthly(view, statement, months)
                 for statement in (INCOME, CASH_FLOW, BALANCE))],
        summary=f"The three statements by quarter and by month, to {last}")
