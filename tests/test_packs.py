"""What was sent is kept whole, and what is no pack is refused in a sentence."""

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from packs import ACTUALS, DAY, changed, keep, said

from model import load, reporting
from model.audit import checks
from model.packs import archive, pack
from model.packs.comparison import compare
from model.params.assumptions import BASE_TITLE
from model.problems import InputError
from model.reporting import manifest, workbooks


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
    lambda record: record.pop("made"), lambda record: record.pop("scenario_title"),
    lambda record: record.update(made="yesterday"),
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
