"""The workbook says every text in cells: each figure once, by the text's own formula."""

import re

import numpy as np
import pytest
from workbooks import kept

from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.companies.vocabulary import UNDEFINED, ratio
from model.engine.cells import formula
from model.engine.figures import figures
from model.engine.nodes import Node, NotAFormula, Ref
from model.engine.texts import texts
from model.workbook.cells import NAME, letters


@pytest.fixture(scope="module", params=COMPANIES)
def found(request):
    return kept(request.param, "base")[0]


# What a node says.

HERE = {"sold": "{c}7", "paid": "Costs!{c}9", "rate": "rate", "price": "Monthly!{c}4",
        "cac": "{c}8", "ltv": "{c}9"}


def at(ref):
    """Where things stand: lines on rows, `rate` a name, `price` a row of Monthly."""
    return "{p}7" if ref.ago else HERE[ref.name]


SOLD, BEFORE = Node("ref", (Ref("line", "sold"),)), Node("ref", (Ref("line", "sold", 1),))
RATE, PRICE = (Node("ref", (Ref("assumption", name),)) for name in ("rate", "price"))
CAC, LTV = (Node("ref", (Ref("kpi", name),)) for name in ("cac", "ltv"))
ZERO, ONE = Node("const", (0.0,)), Node("const", (1.0,))
MAY_BE_UNDEFINED = {Ref("kpi", "cac"), Ref("kpi", "ltv")}


@pytest.mark.parametrize(("node", "text"), [
    (BEFORE + SOLD * RATE, "={p}7+({c}7*rate)"),
    ((ONE - RATE) * BEFORE, "=(1-rate)*{p}7"),
    (-SOLD, "=-{c}7"),
    (-SOLD * PRICE, "=(-{c}7)*Monthly!{c}4"),
    (SOLD / PRICE - Node("ref", (Ref("line", "paid"),)), "=({c}7/Monthly!{c}4)-Costs!{c}9"),
    (np.minimum(SOLD, np.maximum(PRICE, 0)), "=MIN({c}7,MAX(Monthly!{c}4,0))"),
    (np.where(SOLD > 0, SOLD, 1), "=IF({c}7>0,{c}7,1)"),
    (np.where(SOLD, 1, 0), "=IF({c}7<>0,1,0)"),
    (np.where(np.logical_and(SOLD == 0, np.logical_not(PRICE >= 1)), 1, 0),
     "=IF(AND({c}7=0,NOT(Monthly!{c}4>=1)),1,0)"),
    (Node("+", (SOLD, PRICE > 1)), "={c}7+IF(Monthly!{c}4>1,1,0)"),
])
def test_every_operation_is_said_as_a_spreadsheet_understands_it(node, text):
    assert formula(node, at) == text


@pytest.mark.parametrize(("node", "text"), [
    (LTV + 0, "=IF(ISNUMBER({c}9),{c}9+0,\"n/a\")"),
    (LTV * SOLD / CAC, "=IF(AND(ISNUMBER({c}9),ISNUMBER({c}8)),({c}9*{c}7)/{c}8,\"n/a\")"),
    (np.where(SOLD > 0, LTV, UNDEFINED), "=IF({c}7>0,{c}9,\"n/a\")"),
    (np.where(LTV > SOLD, 1, 0), "=IF(IF(ISNUMBER({c}9),{c}9>{c}7,FALSE),1,0)"),
    (np.where(CAC != 0, SOLD / CAC, UNDEFINED),
     "=IF({c}8<>0,IF(ISNUMBER({c}8),{c}7/{c}8,\"n/a\"),\"n/a\")"),
    (np.where(CAC + 1 != 0, 1, 0), "=IF(IF(ISNUMBER({c}8),({c}8+1)<>0,TRUE),1,0)"),
    (np.where(CAC == LTV, 1, 0), "=IF(IF(AND(ISNUMBER({c}8),ISNUMBER({c}9)),{c}8={c}9,FALSE),1,0)"),
    (SOLD + np.where(LTV > 0, 1, 0), "={c}7+IF(IF(ISNUMBER({c}9),{c}9>0,FALSE),1,0)"),
    (ratio(SOLD, PRICE), "=IF(Monthly!{c}4<>0,{c}7/Monthly!{c}4,\"n/a\")"),
])
def test_what_is_undefined_stays_so_in_arithmetic_and_holds_in_no_comparison(node, text):
    assert formula(node, at, MAY_BE_UNDEFINED) == text


def test_nothing_is_calculated_with_a_choice_that_may_be_undefined():
    with pytest.raises(NotAFormula, match="a line of its own"):
        formula(1 + ratio(SOLD, PRICE), at)


# Where figures stand.

def test_every_figure_of_every_text_stands_once_with_its_name_and_unit(found):
    said = texts(found.plans.now)
    years = range(len(found.axis.calendar.years))
    wanted = {(kind, name, months, 0) for months in (1, 12)
              for kind, names in (("line", said.lines), ("kpi", said.kpis)) for name in names}
    wanted |= {("customer", name, 12, 0) for name in said.customer}
    wanted |= {("check", name, 1, 0) for name in said.checks}
    wanted |= {("life", name, 12, won) for name in said.life for won in years}
    assert {(at.kind, at.name, at.months, at.won) for at in found.places} == wanted
    assert len(found.places) == len(wanted)
    assert {len(at.columns) for at in found.places} == {5, 60}
    goals, stand = profile(found.plans.base.company).kpis, set()
    for at in found.places:
        cells = found.sheet(at.sheet).cells
        if at.kind == "check":  # their names are the codes of the checks
            continue
        unit = (goals[at.name].unit if at.kind == "kpi" and at.name in goals else
                glossary(found.plans.base.company).term(at.name, at.kind).unit)
        name = f"{at.name}.{2026 + at.won}" if at.kind == "life" else at.name
        assert (cells[at.row, 2].content, cells[at.row, 1].content) == (name, unit)
        own = {(at.sheet, at.row, col) for col in at.columns}
        assert not own & stand and all(cells[row, col].kind == "formula" for _, row, col in own)
        stand |= own


def test_a_kpi_has_one_formula_along_years_and_months(found):
    cells = found.sheet("KPIs by month").cells
    rows = {at.row for at in found.places if at.kind == "kpi"}
    for row in rows:
        texts_of = [re.sub(rf"(?<![A-Z$]){letters(col)}(?=[$\d])", "#", cells[row, col].content)
                    for col in (*found.axis.years, *found.axis.months)]
        assert len(set(texts_of)) == 1, texts_of[:2]


def test_the_scoreboard_shows_the_rows_of_kpis_and_judges_them(found):
    board, cells = found.sheet("KPIs").cells, found.sheet("KPIs by month").cells
    rows = {at.name: at.row for at in found.places if at.kind == "kpi"}
    heads = {own.content: row for (row, col), own in board.items() if col == NAME}
    for name, goal in profile(found.plans.base.company).kpis.items():
        values = [board.get((heads[name], col)) for col in found.axis.years]
        if name not in rows:
            assert values[0].content == "not modeled; needs actuals" and values[1:] == [None] * 4
            continue
        for own, col in zip(values, found.axis.years, strict=True):
            assert own.content == f"='KPIs by month'!{letters(col)}{rows[name] + 1}"
            assert own.value == cells[rows[name], col].value
        if goal.moving:
            target = board[heads[name], found.axis.years[-1] + 1].content
            assert re.fullmatch(r"='KPIs by month'!D\d+", target)


def test_what_is_recent_is_in_a_year_that_of_the_year(found):
    title, row = found.lines["recent_flow"]
    cells, free = found.sheet(title).cells, found.projection.by_year("free_cash_flow")[0]
    assert [cells[row, col].value for col in found.axis.years] == free.tolist()
    quarter = figures(found.projection).line("flow_of_quarter")[0]
    assert [cells[row, col].value for col in found.axis.months] == quarter.tolist()
