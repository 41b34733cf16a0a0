"""What was sent is kept whole, and what has changed since is said, each headline to the cent."""

import io
import json
import math
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import Sent

from model import cli, load, project, reporting
from model.analysis.bridge import Bridge, Group, Part, bridged
from model.analysis.forecast import forecast
from model.analysis.variance import actuals
from model.audit import checks
from model.packs import archive, pack, steps
from model.packs.assumptions import changed_assumptions
from model.packs.comparison import compare
from model.pages import comparison as pages
from model.pages.comparison.view import open_comparison
from model.params.assumptions import BASE_TITLE
from model.problems import InputError
from model.reporting import jobs, manifest, workbooks

DAY = "2026-10-31"
ACTUALS = ("# closed to 2026-02\nperiod,name,value,note\n2026-01,revenue,5000,\n"
           "2026-02,revenue,6000,\n2026-02,marketing,900,once\n")
LATER = ("# closed to 2026-03\nperiod,name,value,note\n2026-01,revenue,5000,\n"
         "2026-02,revenue,6100.50,\n2026-03,revenue,7000,\n")


@pytest.fixture
def run(capsys):
    """A command in this process: exit code, text on stdout, lines on stderr."""
    def command(*arguments):
        code = cli.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err.splitlines()
    return command


@pytest.fixture
def october(folder):
    """A pack of a plan with actuals, beside which the plan can change."""
    (folder / "params" / "mentorship" / "actuals.csv").write_text(ACTUALS)
    return keep(folder, "october", "mentorship")


def keep(folder, name, company, scenario="base"):
    path = folder / "packs" / f"{name}.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack.content(name, company, scenario, DAY, {}))
    return path


def edit(folder, entry, old, new, company="mentorship"):
    """Change what stands behind an entry's name in base.yaml."""
    path = folder / "params" / company / "base.yaml"
    text = path.read_text()
    at = text.index(old, text.index(f" {entry}:\n"))
    path.write_text(text[:at] + new + text[at + len(old):])


def changed(path, change, seal=True):
    """The files of a pack changed by somebody, with sums of their own where it is sealed anew."""
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    sums = contents.pop(archive.SUMS)
    change(contents)
    if seal:
        path.write_bytes(archive.packed(contents))
        return
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {archive.SUMS: sums, **contents}.items():
            file.writestr(name, content)


def said(path, change):
    """A pack that says something else of itself, as another version of the model would."""
    def rewrite(contents):
        record = json.loads(contents[pack.RECORD])
        change(record)
        contents[pack.RECORD] = json.dumps(record).encode()
    changed(path, rewrite)


def found(run, *packs):
    """What the command says in JSON."""
    code, out, err = run("compare-packs", *packs, "--format", "json")
    assert (code, err) == (0, [])
    return json.loads(out)


# pack ---------------------------------------------------------------------------------------------

def test_a_pack_keeps_params_figures_and_workbook(folder, run, monkeypatch):
    scenarios = folder / "params" / "mentorship" / "scenarios"
    (scenarios / "deep.yaml").write_text("title: Deep\nwhy: To see.\nextends: downside\n"
                                         "actuals: examples/mine.csv\nchanges: {opening_cash: 5}\n")
    (folder / "params" / "mentorship" / "examples" / "mine.csv").write_text(ACTUALS)
    monkeypatch.setattr(workbooks, "content", lambda *names: " ".join(names).encode())
    command = ("--company", "mentorship", "-s", "deep", "--no-pages", "--date", DAY)
    code, out, err = run("pack", "sent", *command)
    assert (code, err) == (0, []) and "Written: packs/sent.zip" in out
    contents = archive.unpacked(folder / "packs" / "sent.zip")
    assert set(contents) == {
        "pack.json", "params/mentorship/base.yaml", "params/mentorship/scenarios/downside.yaml",
        "params/mentorship/scenarios/deep.yaml", "params/mentorship/examples/mine.csv",
        "reports/mentorship/deep/model.xlsx"}
    for name in set(contents) - {"pack.json", "reports/mentorship/deep/model.xlsx"}:
        assert contents[name] == (folder / name).read_bytes()
    assert contents["reports/mentorship/deep/model.xlsx"] == b"mentorship deep"
    record = json.loads(contents["pack.json"])
    assert {key: record[key] for key in ("name", "made", "company", "scenario", "closed",
                                         "months")} == {
        "name": "sent", "made": DAY, "company": "mentorship", "scenario": "deep",
        "closed": "2026-02", "months": ["2026-01", "2030-12"]}
    # The same plan on the same day makes the same file, whatever the hour.
    with zipfile.ZipFile(folder / "packs" / "sent.zip") as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert run("pack", "sent", *command, "-o", folder / "again.zip")[0] == 0
    assert (folder / "again.zip").read_bytes() == (folder / "packs" / "sent.zip").read_bytes()


def test_a_pack_says_the_figures_that_the_plan_prints(october, run):
    record = json.loads(archive.unpacked(october)["pack.json"])
    printed = json.loads(run("project", "mentorship", "--format", "json")[1])
    for line in ("revenue", "ebitda"):
        assert [record["headlines"][f"{line}_{year}"]["value"] for year in printed["annual"]] == [
            lines[line] for lines in printed["annual"].values()]
    assert record["headlines"]["lowest_cash"]["value"] == printed["trough"]["cash"]
    assert {name: record["headlines"][name]["value"] for name in printed["breakeven"]} == printed[
        "breakeven"]
    assert {name: {year: {key: kpi[key] for key in ("value", "unit", "target", "status", "reason")}
                   for year, kpi in by_year.items()}
            for name, by_year in record["kpis"].items()} == printed["kpis"]


def test_a_pack_holds_the_pages_that_a_run_brings_up_to_date(folder, run, monkeypatch):
    reports = folder / "reports"

    def make(subjects, scenarios):
        assert (subjects, scenarios) == (["influencer"], ["upside"])
        found = manifest.Manifest()
        for scenario, notebook, status in (("upside", "breakeven", "done"),
                                           ("upside", "lost", "failed"),
                                           ("base", "breakeven", "done"), (None, "all", "done")):
            key = "/".join(filter(None, ("influencer", scenario, notebook)))
            (reports / key).parent.mkdir(parents=True, exist_ok=True)
            (reports / f"{key}.html").write_text(key)
            found.jobs[key] = {"company": "influencer", "scenario": scenario, "notebook": notebook,
                               "label": "", "title": "", "order": 1, "status": status,
                               "started": "", "fingerprint": "", "outputs": {}}
        found.save(reports)
        return 0
    monkeypatch.setattr(reporting, "run", make)
    monkeypatch.setattr(workbooks, "content", lambda *names: b"book")
    code, out, err = run("pack", "sent", "--company", "influencer", "-s", "upside")
    assert (code, err) == (0, []) and "workbook and 1 page." in out
    contents = archive.unpacked(folder / "packs" / "sent.zip")
    assert {name: content for name, content in contents.items() if name.startswith("reports")} == {
        "reports/influencer/upside/breakeven.html": b"influencer/upside/breakeven",
        "reports/influencer/upside/model.xlsx": b"book"}


@pytest.mark.parametrize("code", [1, 2])
def test_where_pages_fail_nothing_is_packed(folder, run, monkeypatch, code):
    monkeypatch.setattr(reporting, "run", lambda *_: code)
    assert run("pack", "sent", "--company", "influencer") == (code, "", ["Nothing was packed."])
    assert not (folder / "packs").exists()


@pytest.mark.parametrize(("arguments", "where", "what"), [
    (["sent"], "--company", "influencer, mentorship"),
    (["sent", "--company", "mentorshp"], "company", "did you mean mentorship?"),
    (["Sent it"], "--company", "is missing"),
    (["Sent it", "--company", "mentorship"], "name", "is not a plain name"),
    (["now", "--company", "mentorship"], "name", "a name of its own"),
    (["october", "--company", "mentorship"], "name", "is there already"),
    (["sent", "--company", "mentorship", "-o", "sent.txt"], "--out", "does not end in .zip"),
    (["sent", "--company", "mentorship", "--date", "31.10."], "--date", "must be a date"),
    (["sent", "--company", "mentorship", "-s", "bse"], "scenario", "did you mean base?")])
def test_what_cannot_be_packed_is_said_and_nothing_is_written(october, folder, run, arguments,
                                                              where, what):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, out, (line,) = run("pack", *arguments, "--no-pages")
    assert (code, out) == (2, "") and line.startswith(f"{where}: ") and what in line
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_plan_whose_checks_fail_is_not_packed(folder, run, monkeypatch):
    checked = checks.check
    monkeypatch.setattr(checks, "check", lambda projection: replace(
        checked(projection), failed=("E1 cash closes",)))
    code, out, err = run("pack", "sent", "--company", "mentorship", "--no-pages")
    assert (code, out) == (1, "")
    assert err == ["check failed: E1 cash closes", "Nothing was packed."]
    assert not (folder / "packs").exists()


# What has changed ---------------------------------------------------------------------------------

def test_nothing_has_changed(october, run):
    code, out, err = run("compare-packs", "october")
    assert (code, err) == (0, [])
    for what in ("Assumptions", "Actuals", "Formulas", "Definitions"):
        assert f"{what}: nothing has changed.\n" in out
    assert "Headlines: 46 figures of 46 as before." in out
    assert f"  october: made {DAY}, scenario base" in out
    assert "Bridges: none, as no headline of the plan moves." in out


def test_every_kind_of_changed_assumption_is_listed(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    edit(folder, "opening_cash", "source: ", "source: \"estimate: the bank\" # ")
    code, out, err = run("compare-packs", "october", "now")
    assert (code, err) == (0, [])
    assert "  Match rate (mentees.match_rate): 75 → 72 %\n" in out
    assert "  Opening cash (opening_cash): 1,000,000 → 900,000 USD\n" in out
    assert re.search(r"  Opening cash \(opening_cash\), source: .+ → estimate: the bank\n", out)
    assert len(found(run, "october")["assumptions"]) == 2


def test_values_are_said_by_the_years_and_months_in_which_they_differ():
    plan = load("mentorship")
    later = load("mentorship", "base", {
        "mentees.cac": {2026: 80, 2027: 85, 2029: 85, 2030: 80}, "capex.platform.2027-03": 1500})
    lines = [line for change in changed_assumptions(plan, later) for line in change.lines()]
    of_cac = [line for line in lines if "(mentees.cac)" in line]
    old = plan.monthly("mentees.cac")[::12, 0]
    assert all(re.search(r", 20\d\d(?: to 20\d\d)?: ", line) for line in of_cac)
    assert any(f"{old[1]:g} → 85" in line for line in of_cac)
    assert [line for line in lines if "(capex.platform)" in line] == [
        f"{plan.entries['capex.platform'].label} (capex.platform), 2027-03: 0 → 1,500 USD"]
    # Later by three months, so that the first three of each year differ.
    delayed = load("mentorship", "cac_delay")
    months = [value.when for change in changed_assumptions(plan, delayed)
              for value in change.values if change.path == "mentees.cac"]
    assert months and all(re.fullmatch(r"(20\d\d)-01 to \1-03", month) for month in months)


def test_years_are_those_of_the_company(folder):
    """A plan from July, in years from July: what differs in one of them is said by its name."""
    path = folder / "params" / "influencer" / "base.yaml"
    text = path.read_text()
    assert text.count("start: 2026-01\n") == 1
    path.write_text(text.replace("start: 2026-01\n", "start: 2026-01\nyear_starts: 7\n"))
    plan = load("influencer")
    later = load("influencer", "base", {"customers.marketing.2028": 5})
    (value,) = next(change for change in changed_assumptions(plan, later)
                    if change.path == "customers.marketing").values
    assert value.when == "FY2028" and value.new == 5
    keep(folder, "sent", "influencer")
    path.write_text(path.read_text().replace("value: 0.", "value: 0.0", 1))
    kinds = {kind.label: kind for kind in steps.by_kind(compare(
        pack.found("sent"), pack.now("influencer", "base")).ways)}
    assert kinds["EBITDA"].heads[-1].startswith("FY")


def test_assumptions_that_come_and_go_are_said_with_their_values(october, folder, run):
    path = folder / "params" / "mentorship" / "base.yaml"
    entry = ("  extra_fee:\n    label: Extra fee\n    unit: USD\n    value: 5\n    range: [1, 9]\n"
             "    source: 'estimate: to see'\n    confidence: low\n")
    path.write_text(path.read_text().replace("assumptions:\n", f"assumptions:\n{entry}", 1))
    assert "  Extra fee (extra_fee): added, 5 USD\n" in run("compare-packs", "october")[1]
    keep(folder, "later", "mentorship")
    assert "  Extra fee (extra_fee): removed, 5 USD\n" in run("compare-packs", "later",
                                                            "october")[1]


def test_actuals_are_compared_by_row_and_close(october, folder, run):
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    out = run("compare-packs", "october")[1]
    part = out[out.index("Actuals:\n"):out.index("Formulas:")].splitlines()[1:]
    assert [line.strip() for line in part if line] == [
        "closed to: 2026-02 → 2026-03", "2026-02 revenue: 6000 → 6100.50",
        "2026-03 revenue: added, 7000", "2026-02 marketing: removed, 900 (once)"]
    assert found(run, "october")["to"]["closed"] == "2026-03"


def test_formulas_and_definitions_are_said_in_the_words_of_both(october, run):
    def otherwise(record):
        record["formulas"]["line ebitda"] |= {"formula": "x", "words": "Contribution"}
        record["formulas"]["line old_line"] = {"label": "Old line", "words": "a", "formula": "a"}
        del record["formulas"]["line revenue"]
        record["formulas"]["line marketing"]["formula"] = "y"
        record["definitions"]["KPI mentee_cac"]["target"] = 120
        record["definitions"]["rule R7"]["threshold"] = 24
        del record["definitions"]["KPI ltv"]
    said(october, otherwise)
    out = run("compare-packs", "october")[1]
    assert re.search(r"  EBITDA \(line ebitda\): Contribution → Contribution . Marketing", out)
    assert "  Revenue (line revenue): added, " in out
    assert "  Old line (line old_line): removed, a\n" in out
    # Where the words are the same, the formulas themselves are shown.
    assert re.search(r"\(line marketing\): y → \+\(line:", out)
    assert "  Mentee CAC, target (KPI mentee_cac): 120 → 100\n" in out
    assert "  Rule R7, threshold (rule R7): 24 → 18\n" in out
    assert "  LTV of Young Pros (KPI ltv): added, LTV of Young Pros\n" in out


def test_figures_and_verdicts_are_said_before_and_after(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    out = run("compare-packs", "october")[1]
    assert re.search(r"  First break-even +Oct 2027 +Nov 2027\n", out)
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)
    assert "  Mentee CAC 2026: 100.00 met → 104.17 missed\n" in out


# To the cent --------------------------------------------------------------------------------------

def cents(amount):
    return round(100 * amount)


def assert_sums(ways):
    for way in ways:
        ends = [way["counted"] if value is None else value for value in (way["start"], way["end"])]
        assert sum(cents(step["amount"]) for step in way["steps"]) == cents(ends[1]) - cents(
            ends[0]), way["name"]


def test_each_headline_is_bridged_by_what_changed(october, folder, run):
    """By hand: cash to begin with moves cash by itself, and EBITDA not at all."""
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    ways = {way["name"]: way for way in found(run, "october")["bridges"]}
    assert_sums(ways.values())
    assert len(ways) == 17
    steps_of = {name: {step["what"]: step["amount"] for step in way["steps"]}
                for name, way in ways.items()}
    assert steps_of["ebitda_2028"] == {"Match rate": -97364.01, "Opening cash": 0}
    assert steps_of["cash_2026"]["Opening cash"] == -100000
    assert steps_of["months_to_breakeven"] == {"Match rate": 1, "Opening cash": 0}


def test_what_formulas_did_is_a_step_of_its_own(october, folder, run):
    def older(record):
        record["formulas"]["line ebitda"] |= {"formula": "x"}
        record["headlines"]["ebitda_2028"]["value"] += 1000.10
        record["headlines"]["months_to_breakeven"]["value"] = None
    said(october, older)
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    ways = {way["name"]: way for way in found(run, "october")["bridges"]}
    assert_sums(ways.values())
    amounts = {name: {step["what"]: step["amount"] for step in way["steps"]}
               for name, way in ways.items()}
    assert amounts["ebitda_2028"] == {"Match rate": -97364.01, "Formulas": -1000.10}
    assert amounts["ebitda_2027"].keys() == {"Match rate"}
    # Never counts as month 61.
    assert amounts["months_to_breakeven"] == {"Match rate": 1, "Formulas": 22 - 61}


@pytest.mark.parametrize(("company", "scenario"), [("influencer", "ebitda_1_5m"),
                                                   ("mentorship", "downside")])
def test_from_one_scenario_to_another_the_steps_sum(folder, run, company, scenario):
    """With more that differs than can be shared out one by one, too."""
    keep(folder, "one", company)
    keep(folder, "other", company, scenario)
    there = found(run, "one", "other")
    assert_sums(there["bridges"])
    assert there["head"] == [{"name": "scenario", "what": "changed", "old": "base",
                              "new": scenario, "label": ""}]
    assert any(way["end"] != way["start"] for way in there["bridges"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(-1e8, 1e8), max_size=12), st.floats(-1e9, 1e9), st.floats(-1e7, 1e7))
def test_whatever_the_parts_the_steps_sum_to_the_cent(amounts, start, rest):
    parts = tuple(Part(Group(f"p{i}.mix", ("a", "b")), amount, 0, 0)
                  for i, amount in enumerate(amounts))
    bridge = Bridge(bridged((2026,))["ebitda_2026"], start, start + math.fsum(amounts), parts,
                    1, 0, 61)
    end = start + math.fsum(amounts) + rest
    way = steps._way(bridge, "2026", {}, [start, end], "Formulas")
    assert sum(map(cents, way.steps.values())) == cents(end) - cents(start)
    assert "Formulas" in way.steps or abs(rest) < 0.006


def test_plans_of_other_months_have_no_bridge(october, folder, run):
    def longer(contents):
        name = "params/mentorship/base.yaml"
        contents[name] = contents[name].replace(b"months: 60\n", b"months: 72\n")
    changed(october, longer)
    code, out, _ = run("compare-packs", "october")
    assert code == 0 and "Bridges: none, as the two plans have other months or years." in out
    assert "  horizon: 2026-01 to 2031-12 → 2026-01 to 2030-12\n" in out


# An older workbook --------------------------------------------------------------------------------

def test_an_older_workbook_is_a_pack(folder, tmp_path, run):
    sent = Sent(tmp_path)
    sent.type(0.9, "mentees.match_rate")
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, [])
    # What was sent counts, not what somebody typed since.
    assert "  Match rate (mentees.match_rate): 75 → 72 %\n" in out
    assert "returned holds no actuals.\n" in out and "Actuals: not compared.\n" in out
    assert "Formulas: nothing has changed.\n" in out
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)


def test_of_a_workbook_with_a_forecast_the_plan_counts(folder, tmp_path, run):
    sent = Sent(tmp_path, "mentorship", "demo_actuals")
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, []) and "removed" not in out
    assert "Formulas: nothing has changed.\n" in out
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)


def test_a_workbook_of_other_formulas_and_assumptions_still_says_its_values(folder, tmp_path, run):
    sent = Sent(tmp_path)
    path = folder / "params" / "mentorship" / "base.yaml"
    entry = ("  extra_fee:\n    label: Extra fee\n    unit: USD\n    value: 5\n    range: [1, 9]\n"
             "    source: 'estimate: to see'\n    confidence: low\n")
    path.write_text(path.read_text().replace("assumptions:\n", f"assumptions:\n{entry}", 1))
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, [])
    assert "  Extra fee (extra_fee): added, 5 USD\n" in out
    assert "Formulas: not compared.\n" in out
    assert run("read-workbook", sent.path)[0] == 2


def test_a_workbook_names_what_is_no_longer_there(folder, tmp_path, run):
    path = folder / "params" / "mentorship" / "base.yaml"
    text = path.read_text()
    entry = ("  extra_fee:\n    label: Extra fee\n    unit: USD\n    value: 5\n    range: [1, 9]\n"
             "    source: 'estimate: to see'\n    confidence: low\n")
    path.write_text(text.replace("assumptions:\n", f"assumptions:\n{entry}", 1))
    assert run("workbook", "mentorship", "-o", tmp_path / "old.xlsx")[0] == 0
    path.write_text(text)
    code, out, err = run("compare-packs", tmp_path / "old.xlsx")
    assert (code, err) == (0, []) and "  extra_fee: removed, 5\n" in out
    assert "Formulas: not compared.\n" in out


# What is no pack ----------------------------------------------------------------------------------

def refused(path):
    with pytest.raises(InputError) as caught:
        pack.opened(path)
    for problem in caught.value.problems:
        assert str(problem).endswith((".", "?")) and "\n" not in str(problem)
    return "\n".join(map(str, caught.value.problems))


def put(name, content):
    return lambda contents: contents.update({name: content})


def test_each_file_that_is_not_as_it_was_packed_is_named(october):
    def tamper(contents):
        base = contents["params/mentorship/base.yaml"]
        contents["params/mentorship/base.yaml"] = base.replace(b"0.75", b"0.85", 1)
        contents["new.txt"] = b""
        del contents["params/mentorship/actuals.csv"]
    changed(october, tamper, seal=False)
    lines = refused(october).splitlines()
    assert [re.search(r"packs/october.zip: (\S+)", line)[1] for line in lines] == [
        "params/mentorship/actuals.csv", "params/mentorship/base.yaml", "new.txt"]
    assert "its SHA-256 sum is another one" in lines[1]


@pytest.mark.parametrize(("content", "what"), [
    (b"PK\x03\x04 no archive", "is no ZIP file, or a damaged one"),
    (b"", "is no ZIP file, or a damaged one")])
def test_a_broken_file_is_refused(tmp_path, content, what):
    path = tmp_path / "broken.zip"
    path.write_bytes(content)
    assert what in refused(path)


def test_a_file_that_is_cut_off_is_refused(october):
    october.write_bytes(october.read_bytes()[:-400])
    assert "damaged" in refused(october)


def test_a_foreign_archive_is_refused(tmp_path):
    path = tmp_path / "holiday.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("photo.jpg", b"1")
    assert "it holds no SHA256SUMS" in refused(path)
    path.write_bytes(archive.packed({"photo.jpg": b"1"}))
    assert "its pack.json is not what" in refused(path)


@pytest.mark.parametrize("record", [
    b"[]", b"{", b"\xff", b"[" * 100_000, b'{"format": 1}', b'{"format": 1, "company": 5}'])
def test_a_record_that_no_pack_has_is_refused(october, record):
    changed(october, put(pack.RECORD, record))
    assert "its pack.json is not what" in refused(october)


@pytest.mark.parametrize("change", [
    lambda record: record.pop("made"), lambda record: record.update(made="yesterday"),
    lambda record: record["headlines"]["ebitda_2028"].update(value="much"),
    lambda record: record["headlines"]["first"].update(value=7),
    lambda record: record["headlines"].update(ebitda_2028=5),
    lambda record: record["kpis"]["ltv"].update({"2026": []}),
    lambda record: record["formulas"]["line ebitda"].pop("words"),
    lambda record: record["definitions"].update({"KPI ltv": "a"})])
def test_a_record_with_something_else_in_it_is_refused(october, change):
    said(october, change)
    assert "its pack.json is not what" in refused(october)


def test_a_pack_of_another_version_or_company_says_so(october):
    said(october, lambda record: record.update(format=2))
    assert "another version of the model (format '2', here 1)" in refused(october)
    said(october, lambda record: record.update(format=1, company="mentorshop"))
    assert "did you mean mentorship?" in refused(october)


def test_params_that_cannot_be_read_are_said_by_pack_and_line(october):
    changed(october, put("params/mentorship/base.yaml", b"title: Only a title\n"))
    assert refused(october).startswith("october.zip, params/mentorship/base.yaml:1: ")


def test_packs_of_two_companies_are_not_compared(october, folder, run):
    keep(folder, "other", "influencer")
    code, out, (line,) = run("compare-packs", "october", "other")
    assert (code, out) == (2, "")
    assert line == ("compare-packs: october is a pack of mentorship and other one of influencer; "
                    "name two of one company.")


@pytest.mark.parametrize(("names", "what"), [
    (["octobr"], "did you mean october?"), (["october", "nowww"], "did you mean now?"),
    (["now"], "name a pack first"), (["gone.zip"], "No such file"),
    (["gone.xlsx"], "no such file")])
def test_an_unknown_pack_gets_the_nearest_name(october, run, names, what):
    code, out, (line,) = run("compare-packs", *names)
    assert (code, out) == (2, "") and what in line


@pytest.mark.parametrize("name", ["../up.txt", "/etc/up.txt", "a\\b.txt", "c:up.txt", "a/../b",
                                  "params/mentorship/../../../up", ".hidden", "a/",
                                  "params/mentorship"])
def test_a_file_that_leads_elsewhere_is_refused(october, name):
    changed(october, put(name, b"1"), seal=False)
    assert "as no pack does" in refused(october)


def test_two_files_of_one_name_are_refused(october):
    with zipfile.ZipFile(october, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("pack.json", b"{}")
    assert "holds a file 'pack.json'" in refused(october)


def test_what_unpacks_to_far_more_is_refused_unopened(tmp_path, monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(archive.MAX_PARTS + 1):
            file.writestr(f"part{number}", b"")
    path = tmp_path / "bomb.zip"
    path.write_bytes(buffer.getvalue())
    assert "unpacks to far more" in refused(path)
    monkeypatch.setattr(archive, "MAX_CONTENT", 1000)
    path.write_bytes(archive.packed({"zeros": b"0" * 5000}))
    assert "unpacks to far more" in refused(path)
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    assert "more than 10 bytes" in refused(path)


def test_a_part_that_claims_to_be_less_than_it_is_is_refused(tmp_path):
    raw = bytearray(archive.packed({"zeros": b"0" * 5000}))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24:at + 28] = (10).to_bytes(4, "little")
    path = tmp_path / "liar.zip"
    path.write_bytes(bytes(raw))
    assert "damaged" in refused(path)


def test_opening_a_pack_leaves_no_trace(october, tmp_path, monkeypatch):
    before = set(Path(october).parent.parent.rglob("*"))
    there = pack.opened(october)
    assert set(Path(october).parent.parent.rglob("*")) == before
    assert there.plan.scenario_title == BASE_TITLE and not there.plan.files[0].exists()
    # And the project is itself again.
    assert load("mentorship").files[0].exists()
    assert compare(there, pack.found("now", there)).assumptions == ()


# On the page --------------------------------------------------------------------------------------

# What stands in files and commands, and not on a page.
CODES = re.compile(r"\b20\d\d-\d\d|\b\w+_\w+\b|\bline \w+|\.zip|\.yaml")


def page(company="mentorship"):
    view = open_comparison(company)
    return pages.since(view), pages.since_controls(view)


def test_without_packs_the_page_says_so(folder):
    since, _ = page()
    assert since.text == ("No plan of this company that was sent is kept here, so there is nothing "
                          "to compare with.")


@pytest.mark.usefixtures("sketched")
def test_the_page_says_what_has_changed_since_the_youngest_pack(october, folder):
    october.rename(october.with_name("october_2026.zip"))
    keep(folder, "other", "influencer")
    said(keep(folder, "august", "mentorship"), lambda record: record.update(made="2026-08-31"))
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    text = page()[0].text
    assert text.startswith(
        "Since October 2026, sent on 31 Oct 2026, 2 assumptions and 4 entries of actuals changed, "
        "and EBITDA 2028 goes from USD 710.7k to USD 613.3k: Match rate USD \u221297.4k.")
    for row in ("Opening cash | all months | 1,000,000 USD | 900,000 USD",
                "Match rate | all months | 75% | 72%", "Last closed month | Feb 2026 | Mar 2026",
                "Revenue, Feb 2026 | 6000 | 6100.50",
                "Now | \u2212427,568.01 | \u2212222,337.65 | 613,290.78",
                "October 2026 | 31 Oct 2026 | Base | Oct 2027 | 293.0k | 710.7k",
                "August | 31 Aug 2026 | Base | Oct 2027 | 293.0k | 710.7k",
                "Now |  | Base | Nov 2027 | 152.0k | 613.3k"):
        assert row in text
    assert "Other |" not in text
    assert not CODES.findall(text)
    assert "October 2026</span>, sent on" in page()[0].html


@pytest.mark.usefixtures("sketched")
def test_the_page_says_what_cannot_be_compared(october, folder):
    october.with_name("broken.zip").write_bytes(b"no")

    def otherwise(record):
        record["formulas"]["line ebitda"] |= {"formula": "x", "words": "Contribution"}
        record["definitions"]["KPI mentee_cac"]["target"] = 120
        record["headlines"]["ebitda_2028"]["value"] += 1000
    said(october, otherwise)
    text = page()[0].text
    assert text.startswith("What was sent and cannot be used any more, as a file was changed or "
                           "another version of the model wrote it: broken.")
    assert ("Since October, sent on 31 Oct 2026, 1 formula and 1 definition changed, and EBITDA "
            "2028 goes from USD 711.7k to USD 710.7k: Formulas USD \u22121.0k.") in text
    assert "Mentee CAC, target | 120 | 100" in text
    assert not CODES.findall(text)


@pytest.mark.usefixtures("sketched")
def test_the_page_of_a_scenario_that_is_gone_still_shows_its_figures(folder):
    keep(folder, "september", "mentorship", "upside")
    (folder / "params" / "mentorship" / "scenarios" / "upside.yaml").unlink()
    text = page()[0].text
    assert text.startswith("September, sent on 31 Oct 2026, is of the scenario Upside, which is no "
                           "longer there.")
    assert "September | 31 Oct 2026 | Upside |" in text


def test_a_new_pack_makes_the_page_of_the_company_anew_and_no_other(october):
    found = jobs.select(["mentorship"], ["base"], ["comparison", "breakeven"], [])
    wanted = [job for job in found.every if job.company == "mentorship"
              and job.key.endswith(("/comparison", "base/breakeven"))]
    before = [jobs.Inputs().fingerprint(job) for job in wanted]
    october.rename(october.with_name("later.zip"))
    after = [jobs.Inputs().fingerprint(job) for job in wanted]
    assert {job.key: one != other for job, one, other in zip(wanted, before, after, strict=True)} \
        == {"mentorship/base/breakeven": False, "mentorship/comparison": True}
    # It is what the page is made of, and not the code.
    stamp = jobs.Inputs().stamp(wanted[-1])
    october.with_name("later.zip").unlink()
    changed_stamp = jobs.Inputs().stamp(wanted[-1])
    assert [name for name in stamp if stamp[name] != changed_stamp[name]] == ["params"]


def test_the_forecast_of_a_close_is_held_against_that_of_the_pack(folder, october):
    """Where nothing was closed when it was sent, what was expected then is the plan."""
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    sums = {each.name: (each.old, each.new) for each in compare(
        pack.found("october"), pack.now("mentorship", "base")).headlines}
    plan = project(load("mentorship"))
    ahead = forecast(plan, actuals(plan)).ahead
    assert sums["forecast.revenue_2026"][1] == pytest.approx(ahead.by_year("revenue")[0, 0])
    assert sums["forecast.revenue_2026"][0] != sums["forecast.revenue_2026"][1]
    assert sums["revenue_2026"][0] == sums["revenue_2026"][1]
