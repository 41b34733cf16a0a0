"""Every line has a name, a unit and a meaning, and every name a line."""

import re
from types import SimpleNamespace

import pytest

from model import cli, load, project
from model.companies import COMPANIES
from model.companies.entries import text_problems
from model.companies.glossary import HERE, glossary
from model.companies.profiles import profile
from model.engine.texts import texts
from model.params import yaml_file
from model.params.catalog import name_fault


def names(lines):
    return {line.partition(".")[0] for line in lines}


def test_every_term_of_a_company_is_one_of_its_lines_and_every_shared_one_of_some():
    shared, found = yaml_file.read(HERE / "glossary.yaml").content, {}
    for company in COMPANIES:
        own = yaml_file.read(HERE / company / "glossary.yaml").content
        written = texts(load(company))
        for section, lines in (
                ("lines", project(load(company)).lines), ("memory", written.memory),
                ("customer", written.customer), ("life", written.life),
                ("kpis", written.kpis),
                ("checks", written.checks)):
            assert set(own.get(section, ())) <= names(lines), (company, section)
            found.setdefault(section, set()).update(names(lines))
    for section, lines in found.items():
        assert set(shared[section]) <= lines, section


@pytest.mark.parametrize("company", COMPANIES)
def test_terms_are_complete(company):
    terms = glossary(company)
    for name, term in (terms.terms | terms.memory).items():
        assert name_fault(name) is None, name
        assert term.label and term.meaning.endswith("."), name
        assert term.kind in ("flow", "stock", "ratio", "flag", "recent", "opening"), name
        assert (term.kind in ("ratio", "recent")) == bool(term.of), name
        assert set(term.of) <= {*terms.terms, *terms.memory}, name
        assert term.sign in ("plus", "minus"), name


@pytest.mark.parametrize("command", [["check", "mentorship"], ["project", "mentorship"]])
def test_a_line_without_an_entry_is_said_in_a_sentence(monkeypatch, capsys, command):
    terms = {name: term for name, term in glossary("mentorship").terms.items()
             if name != "prepaid"}
    monkeypatch.setattr(glossary("mentorship"), "terms", terms)
    assert cli.main([*command, "-s", "base"]) == 2
    said, = capsys.readouterr().err.splitlines()
    where, what = said.split(": ", 1)
    assert re.fullmatch(r".*model/companies/working_capital\.py:[0-9]+", where)
    assert what.startswith("'prepaid' is not in glossary.yaml; ")
    assert what.endswith("A new line is described there, with label, unit, kind and meaning.")


def test_labels_name_their_segment():
    assert glossary("mentorship").label("active_mentees.young_pros") == "Active mentees, Young Pros"
    assert glossary("mentorship").label("payroll.lead_developer") == "Payroll, Lead developer"
    with pytest.raises(KeyError, match="did you mean cash"):
        glossary("mentorship").label("csh")


def test_who_moves_is_called_by_both_segments(monkeypatch):
    terms = glossary("subscription")
    assert terms.label("left.solo_in_campus", "life").endswith(", Solo in Campus")
    monkeypatch.setitem(terms._segments, "campus", "XXL plan")
    assert terms.segment("team_in_campus") == "Team in XXL plan"
    assert terms.segment("made_in_house") == "Made in house"


@pytest.mark.parametrize("company", COMPANIES)
def test_profiles_speak_of_what_there_is(company):
    found, assumptions = profile(company), load(company)
    for path in (*found.levers, *found.grid, *found.solve):
        assert path in assumptions.entries
    projection = project(assumptions)
    assert found.volume in projection
    assert f"revenue.{found.focus}" in projection
    assert not found.published or found.published.ebitda_year in projection.years
    for goal in found.kpis.values():
        assert (goal.target is None and goal.moving is None) == (goal.test is None)


def test_money_by_its_currency_is_told_where_the_formulas_stand(tmp_path):
    path = tmp_path / "texts.py"
    path.write_text('BESIDE = {"tax.tax_rate": "fraction",\n          "debt.draws": "CHF/year"}\n')
    module = SimpleNamespace(__file__=str(path), BESIDE={"tax.tax_rate": "fraction",
                                                         "debt.draws": "CHF/year"})
    (problem,) = text_problems(module)
    assert problem.where.endswith("texts.py:2") and problem.what.startswith(
        "debt.draws: unit is 'CHF/year', but a company's folder calls money USD")
    module.BESIDE = {"debt.draws": "USD/year", "team.lead.hires": "FTE"}
    assert text_problems(module) == []
