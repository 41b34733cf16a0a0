"""Every line has a name, a unit and a meaning, and every name a line."""

import re

import pytest

from model import cli, load, project
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine.texts import texts
from model.params.catalog import name_fault


def lines():
    return {line for company in COMPANIES for line in project(load(company)).lines}


def test_lines_and_glossary_are_one_to_one():
    assert {line.partition(".")[0] for line in lines()} == set(glossary().terms)
    every = [texts(load(company)) for company in COMPANIES]
    assert {line.partition(".")[0] for found in every for line in found.memory} == set(
        glossary().memory)
    for kind in ("customer", "life"):
        assert {line.partition(".")[0] for found in every
                for line in found.by_kind[kind]} == set(glossary().names(kind))
    goals = {name for company in COMPANIES for name in profile(company).kpis}
    assert {line.partition(".")[0] for found in every
            for line in found.kpis} - goals == set(glossary().names("kpi"))


def test_terms_are_complete():
    for name, term in (glossary().terms | glossary().memory).items():
        assert name_fault(name) is None, name
        assert term.label and term.meaning.endswith("."), name
        assert term.kind in ("flow", "stock", "ratio", "flag", "recent", "opening"), name
        assert (term.kind in ("ratio", "recent")) == bool(term.of), name
        assert set(term.of) <= {*glossary().terms, *glossary().memory}, name
        assert term.sign in ("plus", "minus"), name


@pytest.mark.parametrize("command", [["check", "mentorship"], ["project", "mentorship"]])
def test_a_line_without_an_entry_is_said_in_a_sentence(monkeypatch, capsys, command):
    terms = {name: term for name, term in glossary().terms.items() if name != "prepaid"}
    monkeypatch.setattr(glossary(), "terms", terms)
    assert cli.main([*command, "-s", "base"]) == 2
    said, = capsys.readouterr().err.splitlines()
    where, what = said.split(": ", 1)
    assert re.fullmatch(r".*model/companies/working_capital\.py:[0-9]+", where)
    assert what.startswith("'prepaid' is not in glossary.yaml; ")
    assert what.endswith("A new line is described there, with label, unit, kind and meaning.")


def test_labels_name_their_segment():
    assert glossary().label("active_mentees.young_pros") == "Active mentees, Young Pros"
    assert glossary().label("payroll.lead_developer") == "Payroll, Lead developer"
    with pytest.raises(KeyError, match="did you mean cash"):
        glossary().label("csh")


@pytest.mark.parametrize("company", COMPANIES)
def test_profiles_speak_of_what_there_is(company):
    found, assumptions = profile(company), load(company)
    for path in (*found.levers, *found.grid, *found.solve):
        assert path in assumptions.entries
    projection = project(assumptions)
    assert found.volume in projection
    assert f"revenue.{found.focus}" in projection
    assert found.published.ebitda_year in projection.years
    for goal in found.kpis.values():
        assert (goal.target is None and goal.moving is None) == (goal.test is None)
