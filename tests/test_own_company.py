"""A company that uses the formulas of another, in a currency of its own, and what is left out."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model import load
from model.analysis import breakeven
from model.counts import a, count, plural, singular
from model.engine.numbers import project as projected
from model.workbook.book import book
from model.workbook.paths import load_plans

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with a company that has figures alone."""
    folder = tmp_path_factory.mktemp("own")
    for name in ("model", "params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    own = folder / "params" / "wisdom"
    own.mkdir()
    text = (ROOT / "params" / "mentorship" / "base.yaml").read_text(encoding="utf-8")
    (own / "base.yaml").write_text(
        text.replace("\ncurrency: USD", "\nmodel: mentorship\ncurrency: EUR", 1), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(project):
    def of(*arguments):
        done = subprocess.run([sys.executable, "-m", "model", *arguments], cwd=project, text=True,
                              capture_output=True, env=os.environ | {"PYTHONPATH": str(project)})
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr
    return of


@pytest.mark.long
def test_a_folder_says_whose_formulas_it_uses(run):
    code, said, wrong = run("check", "wisdom")
    assert code == 0 and "0 error checks failed" in said, wrong
    # What is published is published of the other.
    assert " A15 " not in said
    _, own, _ = run("project", "wisdom", "--format", "csv")
    _, other, _ = run("project", "mentorship", "--format", "csv")
    assert own == other.replace("USD", "EUR")


def test_its_pages_and_workbook_are_made(run, project):
    code, said, wrong = run("run", "wisdom", "-n", "investor_report", "-n", "breakeven",
                            "--out", "reports")
    assert code == 0, said + wrong
    for name in ("investor_report", "breakeven"):
        page = (project / "reports" / "wisdom" / "base" / f"{name}.html").read_text("utf-8")
        page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
        assert "EUR " in page and not re.search(r"\bUSD\b", page)
    assert (project / "reports" / "wisdom" / "base" / "model.xlsx").exists()


def test_a_folder_that_says_nothing_is_told_what_to_say(run, project):
    shutil.copytree(project / "params" / "mentorship", project / "params" / "copied")
    try:
        code, _, wrong = run("check", "copied", "-s", "base")
    finally:
        shutil.rmtree(project / "params" / "copied")
    assert code == 2 and "'copied' is not a company of this model" in wrong
    assert "model: mentorship" in wrong


@pytest.mark.parametrize(("old", "new", "said"), [
    ("currency: EUR", "currency: euro",
     "currency is 'euro', but must be the code of a currency, three capital letters"),
    ("currency: EUR", "currency: E", "currency is 'E', but must be"),
    ("currency: EUR", "currency: FTE", "currency is 'FTE', but must be"),
    ("unit: USD", "unit: GBP", "currency is EUR, but the units of opening_cash and "),
    ("unit: USD/mentor\n", "unit: GBP/mentor\n", "currency is EUR, but the unit of mentors.cac"),
    ("model: mentorship", "model: wisdom", "model is 'wisdom', but must be a company that has"),
    ("model: mentorship", "model: mentroship", "did you mean mentorship?"),
    ("model: mentorship", "model: [mentorship]", "but must be a company that has formulas")])
def test_a_head_that_cannot_be_is_said_once_and_where(run, project, old, new, said):
    path = project / "params" / "wisdom" / "base.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        code, _, wrong = run("check", "wisdom")
    finally:
        path.write_text(text, encoding="utf-8")
    assert code == 2 and re.fullmatch(r"params/wisdom/base.yaml:\d+: [^\n]*\n?", wrong), wrong
    assert said in wrong


@pytest.mark.parametrize("content", [None, "", "source: nobody\nclaims: {}\n"])
def test_without_claims_a_company_is_checked_and_has_no_source_check(run, project, content):
    path = project / "model" / "companies" / "influencer" / "claims.yaml"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    try:
        code, said, wrong = run("check", "influencer", "-s", "base")
        if content is None:
            made = run("run", "influencer", "-s", "base", "-n", "investor_report", "--out", "none")
            refused = run("run", "influencer", "-n", "source_check", "--out", "none")
    finally:
        path.write_text(text, encoding="utf-8")
    assert code == 0 or "must be a list of names" in wrong, said + wrong
    if content is None:
        assert made[0] == 0, made
        assert refused[0] == 2 and "source_check is about mentorship, not about" in refused[2]


@pytest.mark.parametrize(("old", "new", "said"), [
    ("    unit: USD\n", "    units: USD\n", "unknown key 'units'"),
    ("{value: seller_cac / cac_multiple,", "{value: seller_cac /,", "is not a formula"),
    ("    kind: plan\n", "", "has no 'kind'; add it.")])
def test_a_claim_that_is_written_wrongly_is_said_with_its_line(run, project, old, new, said):
    path = project / "model" / "companies" / "mentorship" / "claims.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        code, _, wrong = run("check", "mentorship", "-s", "base")
    finally:
        path.write_text(text, encoding="utf-8")
    assert code == 2 and said in wrong
    assert re.search(r"mentorship/claims.yaml:\d+: claims\.buyer_cac", wrong)


def test_a_unit_that_is_not_known_is_told_where_it_is_named(run, project):
    path = project / "params" / "wisdom" / "base.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit: USD/mentee/month", "unit: USD/guest/month", 1), "utf-8")
    try:
        _, _, wrong = run("check", "wisdom")
    finally:
        path.write_text(text, encoding="utf-8")
    assert "under people or things in the company's glossary.yaml" in wrong


def test_the_workbook_counts_in_what_the_company_counts():
    units = {cell.content for sheet in book(load_plans("influencer", "base")).sheets
             for cell in sheet.cells.values() if cell.kind == "text"}
    assert "USD/customer" in units and not any("mentee" in unit for unit in units)


def test_prices_are_what_people_pay_again_and_again_or_by_the_piece():
    rows = breakeven.alone(projected(load("influencer")), 2026)
    assert {row.unit for row in rows} == {"USD/hour"}
    rows = breakeven.alone(projected(load("mentorship")), 2026)
    assert next(row.label for row in rows if row.unit == "USD/order") == (
        "Commission of an order, Young Pros")


def test_words_bend():
    assert [plural(word) for word in ("mentee", "class", "company", "day", "person", "box")] == [
        "mentees", "classes", "companies", "days", "people", "boxes"]
    for word in ("mentee", "class", "company", "day", "person", "box", "course", "visit"):
        assert singular(plural(word)) == word
    assert (count(1, "scenario"), count(2, "class")) == ("1 scenario", "2 classes")
    assert (a("order"), a("visit")) == ("an order", "a visit")
