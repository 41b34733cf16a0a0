"""A company of one's own begins with the figures of another: at once it checks and projects."""

import numpy as np
import pytest
import yaml

from model import cli, load, project
from model.companies import COMPANIES, kinds
from model.params import catalog
from model.params.yaml_file import read
from model.workbook import equality
from model.workbook.file import content
from model.workbook.paths import load_plans
from model.workbook.recalculation import Formualizer


def leaves(section):
    for each in section.values():
        yield from [each] if "unit" in each else leaves(each)


@pytest.mark.parametrize("like", COMPANIES)
def test_a_new_company_has_the_figures_of_another_each_marked_as_an_example(folder, capsys, like):
    assert cli.main(["new", "acme", "--like", like, "--currency", "EUR", "--title", "Acme"]) == 0
    assert "Written: params/acme/base.yaml" in capsys.readouterr().out
    own, theirs = project(load("acme")), project(load(like))
    assert own.lines == theirs.lines
    assert all(np.array_equal(own[line], theirs[line], equal_nan=True) for line in own.lines)
    assert (own.assumptions.title, own.assumptions.currency) == ("Acme", "EUR")
    file = read(catalog.scenario_path("acme", "base")).content
    for entry in leaves(file["assumptions"]):
        assert entry["source"].startswith("estimate: an example, ") and entry["confidence"] == "low"
        assert not {"printed", "printed_for", "note"} & set(entry) and "USD" not in entry["unit"]
    assert "about" not in file
    assert cli.main(["check", "acme"]) == 0
    assert "1 scenario can be used; 0 error checks failed" in capsys.readouterr().out


def test_its_own_figures_count_and_its_workbook_calculates_them(folder, capsys):
    assert cli.main(["new", "acme", "--like", "influencer"]) == 0
    path = catalog.scenario_path("acme", "base")
    path.write_text(path.read_text().replace("value: 1000000", "value: 1250000", 1))
    plans = load_plans("acme")
    more = project(plans.base)["cash"] - project(load("influencer"))["cash"]
    assert np.allclose(more, 250_000)
    workbook = equality.book(plans)
    program = Formualizer(content(workbook, wrong_values=True), workbook)
    assert equality.compare(workbook, project(plans.base), program.value).holds


def test_a_company_may_begin_like_one_that_began_so(folder, capsys):
    assert cli.main(["new", "first", "--like", "mentorship", "--currency", "EUR"]) == 0
    assert cli.main(["new", "second", "--like", "first", "--currency", "CHF"]) == 0
    content = yaml.safe_load((folder / "params/second/base.yaml").read_text())
    assert (content["model"], content["currency"]) == ("mentorship", "CHF")
    assert content["assumptions"]["opening_cash"]["unit"] == "CHF"


@pytest.mark.parametrize(("kind", "like"), [
    ("marketplace", "mentorship"), ("service", "influencer"), ("subscription", "subscription")])
def test_a_kind_of_company_stands_for_the_one_that_is_of_it(folder, capsys, kind, like):
    assert cli.main(["new", "acme", "--like", kind]) == 0
    assert yaml.safe_load((folder / "params/acme/base.yaml").read_text())["model"] == like
    assert kind in help_of("new", capsys) and kinds()[kind] == like


def help_of(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("words", "said"), [
    (["1st", "--like", "mentorship"], "'1st' is not a plain name"),
    (["mentorship", "--like", "influencer"], "params/mentorship is there already"),
    (["acme", "--like", "mentor"], "'mentor' has no assumptions; did you mean mentorship"),
    (["acme", "--like", "services"], "'services' has no assumptions; did you mean service?"),
    (["acme", "--like", "budget"], "budget is no company"),
    (["acme", "--like", "mentorship", "--currency", "euro"], "currency is 'euro', but must be"),
    (["acme", "--like", "mentorship", "--title", "x" * 81], "title is longer than 80 characters"),
])
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(folder, capsys, words, said):
    before = sorted(folder.rglob("*"))
    assert cli.main(["new", *words]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1
    assert sorted(folder.rglob("*")) == before
