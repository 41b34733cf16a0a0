"""Each plan is shown in its own currency, whatever else was loaded: in a batch, an index, a
session."""

import io
import json

import openpyxl
import pytest

from model import cli, load, reporting
from model.currency import labelled, showing
from model.pages import breakeven
from model.pages.assumptions.editor import Editor
from model.pages.view import open_view
from model.reporting import workbooks

OWN = {"acme": "EUR", "mentorship": "USD", "zeta": "CHF"}


@pytest.fixture
def both(folder):
    """A company in euro that comes first in the alphabet, one in francs that comes last, and one in
    dollars between."""
    assert cli.main(["new", "acme", "--like", "mentorship", "--currency", "EUR"]) == 0
    assert cli.main(["new", "zeta", "--like", "mentorship", "--currency", "CHF"]) == 0
    return folder


@pytest.mark.long
def test_a_batch_shows_every_company_in_its_own_currency(both, capsys, monkeypatch):
    # Workbooks have tests of their own.
    monkeypatch.setattr(workbooks, "is_possible", lambda company, scenario: False)
    assert reporting.run(list(OWN), ["base"], ["breakeven"]) == 0
    pages = {name: (both / f"reports/{name}/base/breakeven.html").read_text(encoding="utf-8")
             for name in OWN}
    for name, own in OWN.items():
        text = pages[name].replace("\u00a0", " ")
        assert [code for code in OWN.values() if f"{code} 293.0k" in text] == [own]
    index = (both / "reports/index.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "Amounts in EUR, USD and CHF" in index
    for part, own in zip(index.split('class="subject"')[1:], OWN.values(), strict=True):
        assert [code for code in OWN.values() if code in part] == [own]


def test_two_plans_in_one_session_are_shown_each_in_its_own(both):
    euro, dollar = open_view("acme"), open_view("mentorship")
    for _ in range(2):
        assert "EUR 293.0k" in repr(breakeven.cash(euro))
        assert "USD 293.0k" in repr(breakeven.cash(dollar))


def test_the_grid_shows_the_currency_of_its_plan_whatever_is_typed(both):
    editor = Editor(open_view("acme"))
    load("mentorship")
    for _ in range(2):
        said = json.dumps([editor.table, editor.state])
        assert "EUR 293.0k" in said and "USD" not in said
        editor.hear({"do": "type", "path": "mentees.churn_x", "time": "", "text": "1"})


def test_a_workbook_is_that_of_its_plan_whatever_was_loaded_before(both):
    load("acme")
    book = openpyxl.load_workbook(io.BytesIO(workbooks.content("mentorship", "base")))
    said = {cell.value for page in book for row in page.iter_rows() for cell in row}
    assert "USD" in said and "EUR" not in said
    budget = workbooks.content("budget", "base")
    assert budget == (load("zeta"), workbooks.content("budget", "base"))[1]


def test_what_was_shown_before_is_shown_again(both):
    load("acme")
    with showing("CHF"):
        load("mentorship")
        assert labelled("USD 5") == "USD 5"
    assert labelled("USD 5") == "EUR 5"


def test_a_problem_is_said_in_the_currency_of_its_file(both, run):
    path = both / "params/acme/base.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit: EUR/mentee\n", "unit: EUR/mentees\n"), encoding="utf-8")
    code, _, wrong = run("run", "acme", "zeta", "--dry-run")
    assert code == 2 and "'EUR/mentees' is not a unit" in wrong[0], wrong
