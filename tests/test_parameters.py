"""A name that a notebook does not have is refused; what is refused is said without a traceback."""

from pathlib import Path

import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from model import load
from model.pages.view import unknown
from model.problems import InputError
from model.reporting import notebooks

CELL = 'company = "mentorship"\nscenario = "base"\nchanges = {}'


def said(*cells):
    return [problem.what for problem in unknown(["", *cells])]


@pytest.mark.parametrize("given", ['scenario = "downside"', 'changes = {"mentees.cac": 90}', ""])
def test_what_the_notebook_has_is_taken(given):
    assert said(CELL, f"# Parameters\n{given}\n", "view = open_view(company)") == []


def test_without_papermill_any_name_is_the_reader_s_own():
    assert said(CELL, "scenarioo = 3", "x = y == 2") == []


def test_every_name_that_the_notebook_does_not_have_is_said():
    assert said(CELL, '# Parameters\nscenarioo = "downside"\nseed: int = 1\n') == [
        "'scenarioo' is not a parameter of this notebook; did you mean scenario?",
        "'seed' is not a parameter of this notebook; known: changes, company, scenario."]


def test_what_was_mended_counts():
    wrong, right = (f'# Parameters\n{name} = "downside"\n' for name in ("scenarioo", "scenario"))
    assert said(CELL, wrong) and not said(CELL, wrong, right)


@pytest.mark.parametrize(("name", "parameters", "sentence"), [
    ("breakeven", {"scenarioo": "downside"}, "parameters: 'scenarioo' is not a parameter of this "
     "notebook; did you mean scenario?"),
    ("budget", {"event": ""}, "parameters: 'event' is not a parameter of this notebook; did you "
     "mean events?"),
    ("comparison", {"scenario": "downsid"}, "scenario: 'downsid' is not a scenario of mentorship; "
     "did you mean downside?")])
def test_papermill_stops_at_the_sentence(folder, name, parameters, sentence):
    with pytest.raises(PapermillExecutionError) as stopped:
        papermill.execute_notebook(folder / "notebooks" / f"{name}.ipynb", folder / "out.ipynb",
                                   parameters, progress_bar=False)
    assert stopped.value.traceback == [sentence]


def test_a_notebook_shows_the_sentences_of_an_error_and_no_lines_of_the_program():
    with pytest.raises(InputError) as caught:
        load("mentorship", changes={"mentees.cacc": 1, "mentees.match_rate": 80})
    assert caught.value._render_traceback_() == list(map(str, caught.value.problems))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("path", sorted(Path("notebooks").resolve().glob("*.ipynb")),
                         ids=lambda path: path.stem)
def test_papermill_shows_each_parameter_with_its_type_and_what_it_is(path):
    if path.stem != notebooks.START:
        for name, about in papermill.inspect_notebook(str(path)).items():
            assert about["inferred_type_name"] in ("str", "dict") and about["help"], name
