"""A company of one's own begins with the figures of another: at once it checks and projects."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from readmes import READMES
from test_readme import code_of, commands

from model import cli, load, project
from model.companies import COMPANIES, kinds
from model.companies.glossary import HERE
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


@pytest.mark.long
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


def test_companies_and_kinds_are_named_apart(folder, capsys):
    assert cli.main(["new", "Acme", "--like", "shop"]) == 2
    err = capsys.readouterr().err
    assert "'Acme' is not a plain name" in err
    assert ("companies: influencer, mentorship, subscription; kinds: service (influencer), "
            "marketplace (mentorship), subscription (subscription).") in err


def test_all_that_cannot_be_called_so_is_said_at_once(folder, capsys):
    before = sorted(folder.rglob("*")), sorted(HERE.rglob("*.yaml"))
    calls = ["school", "schol=rider", "solo=rate", "school=bike rider", "team=x1", "campus=fleet",
             "campus=yard", "partners=fleet", "founders=founders"]
    assert cli.main(["new", "prices", "--like", "subscription", "--title", "x" * 81,
                     *(word for call in calls for word in ("--call", call))]) == 2
    err = capsys.readouterr().err.splitlines()
    said = ["the header: title is longer than 80 characters", "prices.py is there already",
            "'school' must be OLD=NEW, such as school=member.",
            "'schol' is nothing that Software for language schools calls so; did you mean school?",
            "solo=rate: 'rate' is the name of a spreadsheet function",
            "school=bike rider: 'bike rider' is not a plain name",
            "team=x1: 'x1' reads as a cell of a spreadsheet",
            "campus is called twice, fleet and yard", "campus and partners are both called fleet",
            "founders=founders: 'founders' is what it is called already"]
    for sentence in said:
        assert any(sentence in line for line in err), sentence
    assert (sorted(folder.rglob("*")), sorted(HERE.rglob("*.yaml"))) == before


@pytest.mark.parametrize(("call", "said"), [
    ("school=bike_rider", "'bike_rider' must be one word of small letters"),
    ("school=fraction", "'fraction' is the word of a unit already"),
    ("school=trial", "'trials' is taken: it is a name of Software for language schools already"),
    ("solo=campus", "'campus' is taken"), ("partners=search_ads", "'search_ads' is taken"),
    ("solo=offers", "'offers' is taken"),
    ("revenue=turnover", "known: school, solo, team, campus, search_ads, partners,")])
def test_a_name_that_cannot_be_is_one_sentence_and_leaves_nothing(folder, capsys, call, said):
    before = sorted(folder.rglob("*"))
    assert cli.main(["new", "acme", "--like", "subscription", "--call", call]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1
    assert sorted(folder.rglob("*")) == before and not (HERE / "acme").exists()


CALLS = {"school": "rider", "solo": "light", "team": "pair", "campus": "fleet",
         "search_ads": "online_ads", "partners": "hotels", "partner_manager": "hotel_manager",
         "support": "mechanics", "hosting": "parking", "software": "bicycles"}
# What nothing on a page of the new company is called any more. A company's team is its team, and
# what others have published of software they said of it.
OLD = re.compile(r"(?<![a-z])(schools?|solo|campus|search.ads|partners?|hosting|"
                 r"support\b(?! tools)|Software build|language)(?![a-z])", re.IGNORECASE)
RECIPE = READMES["params/README.md"].split("## Your own company")[1].split("\n## ")[0]
READINGS = """
import json
import numpy as np
from model import load, project
from model.workbook import equality
from model.workbook.paths import load_plans
from model.engine.parity import bits, compare
from model.engine.single import block
from model.companies import company_module, kinds
one, other = project(load("bikes")), project(load("subscription"))
_, _, different = compare([load("bikes")])
_, found = equality.by_package(equality.Formualizer, load_plans("bikes", "base"), 1)
print(json.dumps({
    "lines": [one.lines, other.lines], "kinds": kinds(), "workbook": found.holds,
    "script": different,
    "single": bool(np.array_equal(bits(block(company_module("bikes"), load("bikes"))[1]),
                                  bits(one.block))),
    "same": all(np.array_equal(one[a], other[b], equal_nan=True)
                for a, b in zip(one.lines, other.lines, strict=True))}))
"""


@pytest.fixture(scope="module")
def bikes(tmp_path_factory):
    """A copy of the project with a company that calls things otherwise, in which commands run."""
    folder = tmp_path_factory.mktemp("bikes")
    for name in ("model", "params", "notebooks"):
        shutil.copytree(HERE.parent if name == "model" else Path(name), folder / name,
                        ignore=shutil.ignore_patterns("__pycache__"))

    def run(*arguments, script=None):
        command = ["-c", script] if script else ["-m", "model", *arguments]
        done = subprocess.run([sys.executable, *command], cwd=folder, text=True,
                              capture_output=True, env=os.environ | {"PYTHONPATH": str(folder)})
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout
    told = next(words for words in commands(RECIPE) if words[0] == "new")
    said = run(*told, *(word for old, new in CALLS.items() if f"{old}={new}" not in told
                        for word in ("--call", f"{old}={new}")))
    assert "and model/companies/bikes, its texts in your words" in said
    return folder, run


def renamed(line):
    for old, new in {"schools": "riders", **CALLS}.items():
        line = re.sub(rf"(?<![a-z]){old}(?![a-z])", new, line)
    return line


def test_a_company_in_other_words_has_the_same_figures_in_every_reading(bikes):
    folder, run = bikes
    assert "1 scenario can be used; 0 error checks failed" in run("check", "bikes")
    found = json.loads(run(script=READINGS))
    own, theirs = found["lines"]
    assert "new_riders.light" in own and "trials.online_ads" in own
    # `support` in `support_tools` is another name.
    assert own == [line if line.endswith("support_tools") else renamed(line) for line in theirs]
    assert found["same"] and found["workbook"] and found["single"] and found["script"] == 0
    assert found["kinds"] == kinds()
    assert not (folder / "model" / "companies" / "bikes" / "claims.yaml").exists()


def test_it_opens_with_what_the_recipe_types(bikes):
    folder, run = bikes
    path = folder / "params" / "bikes" / "base.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nassumptions:\n", f"\n{code_of(RECIPE, 'yaml')}", 1))
    try:
        assert "0 error checks failed" in run("check", "bikes")
        found = json.loads(run("project", "bikes", "--format", "json"))
    finally:
        path.write_text(text, encoding="utf-8")
    assert found["checks"]["master"] == "ok"
    for words in commands(RECIPE):
        if words[0] in ("list", "check"):
            assert run(*words)
    assert "opening.active_riders.light" in run("list", "--openings", "bikes")


@pytest.mark.long
def test_its_pages_and_its_workbook_speak_its_words_alone(bikes):
    folder, run = bikes
    run("run", "bikes", "-n", "scoreboard", "-n", "assumptions", "-n", "unit_economics",
        "--out", "reports")
    base = folder / "reports" / "bikes" / "base"
    texts = {page.name: html.unescape(re.sub(r"<[^>]+>", "\n", re.sub(
        r"<(script|style)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)))
        for page in base.glob("*.html")}
    with zipfile.ZipFile(base / "model.xlsx") as book:
        texts["model.xlsx"] = " ".join(book.read(f"xl/{name}.xml").decode()
                                       for name in ("sharedStrings", "workbook"))
    assert len(texts) == 4
    for name, text in texts.items():
        assert not [text[max(0, at.start() - 40):at.end() + 40] for at in OLD.finditer(text)], name
        assert re.search(r"\brider", text, re.IGNORECASE), name
    assert "Trials at the start, Online ads" in texts["model.xlsx"]
