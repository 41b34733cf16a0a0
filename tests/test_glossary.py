"""Every line has a name, a unit and a meaning, and every name a line."""

import pytest

from model import load, project
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.names import fault

COMPANIES = ("mentorship", "influencer")


def lines():
    return {line for company in COMPANIES for line in project(load(company)).lines}


def test_lines_and_glossary_are_one_to_one():
    assert {line.partition(".")[0] for line in lines()} == set(glossary().terms)


def test_terms_are_complete():
    for name, term in glossary().terms.items():
        assert fault(name) is None, name
        assert term.label and term.meaning.endswith("."), name
        assert term.kind in ("flow", "stock", "ratio", "flag"), name
        assert (term.kind == "ratio") == bool(term.of), name
        assert set(term.of) <= set(glossary().terms), name
        assert term.sign in ("plus", "minus"), name


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
