"""A company that is like neither shipped one: other names for everything, no marketing, no
claims, one segment, a start in April. Adding it touches no file of another; every page, sentence,
sheet and command speaks of it, and of it alone."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import plain
import pytest

ROOT = Path(__file__).parent.parent
ACME = Path(__file__).parent / "acme"
# Words of the shipped companies, which no page of another may use.
WORDS = re.compile(
    r"\b(mentees?|mentors?|mentorship|customers?|sessions?|influencers?|creators?|bookings?|"
    r"commissions?|GMV|young.pros?|career.changers?|senior.experts?|managed.service|one-off|"
    r"high-value|tiers?|campaigns?|digital ads|article|teachers?|royalties)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with the company in it."""
    folder = tmp_path_factory.mktemp("acme")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("model", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copytree(ACME / "params", folder / "params" / "acme")
    shutil.copytree(ROOT / "params" / "budget", folder / "params" / "budget")
    shutil.copytree(ACME / "company", folder / "model" / "companies" / "acme", ignore=ignore)
    return folder


@pytest.fixture(scope="module")
def model(project):
    """Runs a command in that project: (exit code, stdout, stderr)."""
    def run(*arguments, script=None):
        command = ["-c", script] if script else ["-m", "model"]
        done = subprocess.run([sys.executable, *command, *arguments], cwd=project, text=True,
                              capture_output=True, env=os.environ | {"PYTHONPATH": str(project)})
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr
    return run


def foreign(text):
    """Words of other companies in a text, with what stands around them. `customer.` before a name
    is the name of a text, which every company has."""
    text = re.sub(r"\bcustomer\.(?=\w)", "", text)
    assert not re.search(r"\bUSD\b", text), "its currency is another"
    return [text[max(0, found.start() - 40):found.end() + 40] for found in WORDS.finditer(text)]


def words_of(page):
    """What a reader of a page sees."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "\n", bare))


def test_it_is_listed_checked_and_projected(model):
    assert "acme" in model("list")[1]
    code, said, _ = model("check", "acme")
    assert code == 0 and "2 scenarios can be used; 0 error checks failed" in said
    assert not foreign(said)
    code, said, _ = model("project", "acme", "--format", "json")
    found = json.loads(said)
    assert code == 0 and found["months"][0] == "2026-04" and found["checks"]["master"] == "ok"
    assert set(found["kpis"]) == {"member_churn"}


@pytest.mark.parametrize("command", [
    ["explain", "acme", "revenue"], ["explain", "acme", "member_churn", "--year", "2027"],
    ["explain", "acme", "lifetime_value.members"], ["project", "acme", "--monthly"],
    ["simulate", "acme", "--draws", "50"],
    ["solve", "acme", "--goal", "breakeven_first<=2026-09", "--by", "gym.club.fee"],
    ["project", "acme", "-s", "slow", "--set", "opening.present_members.club=100"]])
def test_every_command_speaks_its_words(model, command):
    code, said, wrong = model(*command)
    assert code == 0, wrong
    assert said and not foreign(said)
    assert "EUR" in said or "%" in said


@pytest.mark.long
def test_every_page_is_made_in_its_own_words(model, project):
    code, said, wrong = model("run", "acme", "-s", "base", "--out", "reports")
    assert code == 0, said + wrong
    pages = sorted((project / "reports" / "acme" / "base").glob("*.html"))
    assert {"assumptions", "breakeven", "investor_report", "scoreboard", "sensitivity",
            "statements", "unit_economics"} == {page.stem for page in pages}
    for page in pages:
        text = words_of(page.read_text(encoding="utf-8"))
        assert not foreign(text), page.name
        assert plain.foreign(page.read_text(encoding="utf-8")) == [], page.name
        assert "EUR" in text, page.name
        assert not re.search(r"\bhours\b|\b1 (?:other )?(?:months|scenarios|rules|conditions)\b",
                             text.replace("opening hours", "")), page.name
    assert not (project / "reports" / "acme" / "source_check.html").exists()


def test_no_page_links_to_what_is_not_there(model, project):
    folder = project / "reports" / "acme" / "base"
    if not folder.exists():
        model("run", "acme", "-s", "base", "-n", "statements", "--out", "reports")
    for page in folder.glob("*.html"):
        for target in re.findall(r'href="([^"#:]+\.html)', page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_its_workbook_has_its_words_and_its_figures(model, project):
    code, _, wrong = model("workbook", "acme", "-o", "acme.xlsx")
    assert code == 0, wrong
    with zipfile.ZipFile(project / "acme.xlsx") as book:
        text = " ".join(book.read(name).decode("utf-8") for name in (
            "xl/sharedStrings.xml", "xl/workbook.xml"))
    assert not foreign(text) and "Member life" in text and "EUR/member" in text
    assert model("read-workbook", "acme.xlsx")[0] == 0
    code, said, wrong = model(script=(
        "from model.workbook import equality; from model.workbook.paths import load_plans; "
        "_, found = equality.by_package(equality.Formualizer, load_plans('acme', 'base'), 1); "
        "print(found.holds, found)"))
    assert code == 0 and said.startswith("True"), said + wrong


MISTAKES = {
    "profile.yaml": [
        ("levers: [gym.club.joins", "levers: [gym.club.jions", "did you mean gym.club.joins?"),
        ("volume: visits", "volume: vists", "did you mean visits?"),
        ("volume: visits", "volumes: visits", "unknown key 'volumes'"),
        ("    unit: fraction\n", "    unit: EUR/member\n", "profile.yaml:4: kpis.member_churn: "
         "unit is 'EUR/member', but a company's folder calls money USD; currency in the head of "
         "base.yaml says what it is shown as. Write 'USD/member'."),
        ("    cadence: monthly", "    cadence: daily", "kpis.member_churn: cadence is 'daily'"),
        ("    unit: fraction\n", "", "kpis.member_churn has no 'unit'; add it."),
        ("  member_churn:", "  arpu:", "arpu has no formula"),
        ("volume: visits", "volume: visits\nfocus: clubs", "did you mean club?"),
        ("volume: visits", "volume: visits\nrules:\n  - {id: R1, kpi: arpu, test: below, "
         "threshold: 1, every: month, action: Look, source: us}", "no KPI of this file"),
        ("volume: visits", "volume: visits\njumps: {revenu: 0.5}", "did you mean revenue?")],
    "glossary.yaml": [
        ("  fee: {label: Membership fees, unit: USD,",
         "  fee: {label: Membership fees, units: USD,", "unknown key 'units'"),
        ("coaching: {label: Coaching, unit: USD,", "coaching: {label: Coaching, unit: EUR,",
         "glossary.yaml:13: lines.coaching: unit is 'EUR', but a company's folder calls money USD"),
        ("lines:\n", "line:\n", "'line' is no section of a glossary; did you mean lines?"),
        ("people: [member]", "people: [Gym member]", "one word of small letters"),
        ("  visits: {", "  vists: {", "'visits' is not in glossary.yaml; did you mean vists?")]}


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    (file, *each) for file, every in MISTAKES.items() for each in every])
def test_what_is_written_wrongly_is_said_with_its_place(model, project, file, old, new, said):
    path = project / "model" / "companies" / "acme" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        code, _, wrong = model("check", "acme", "-s", "base")
    finally:
        path.write_text(text, encoding="utf-8")
    assert code in (1, 2) and said in wrong, wrong
    assert re.search(r"model/companies/acme/\S+(:[0-9]+)?: |E18", wrong), wrong
