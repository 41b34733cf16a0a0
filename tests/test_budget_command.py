"""`python -m model budget`: what it prints, what it writes, and that bad input writes nothing."""

import io
import json
import re
import shutil
import zipfile

import openpyxl
import pytest
from quarter import TWO_WEEKS, enrolled, on, paid, text

from model import cli, folders
from model.budget.accounts.ledger import replay
from model.budget.accounts.log import verify
from model.budget.plan.plan import load_plan
from model.budget.programme.columns import COLUMNS, EVENTS

ROOT = folders.root()
EXAMPLE = "params/budget/examples/invented_quarter.csv"
HEAD = text()


@pytest.fixture
def run(capsys):
    def command(*arguments):
        try:
            code = cli.main(["budget", *map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        return code, told.out, told.err.splitlines()

    return command


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "two.csv").write_text(text(*TWO_WEEKS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*")
            if path.is_file()}


@pytest.mark.parametrize("text", ["ONE:GRP", "ONE:XXX:5", "ONE:GRP:5,00", "ONE:GRP:5:5"])
def test_a_move_that_is_none_is_refused(run, folder, text):
    code, _, err = run("review", "--events", EXAMPLE, "--log", "log", "--move", text, "--by", "Ann",
                       "--reason", "x")
    assert code == 2 and f"--move: '{text}'" in err[0] and not (folder / "log").exists()


def test_a_review_is_a_dry_run_unless_a_log_is_named(run, folder):
    before = tree(folder)
    code, out, err = run("review", "--events", EXAMPLE)
    assert (code, err) == (0, []) and tree(folder) == before
    assert "INVENTED EXAMPLE: no programme had these figures" in out
    assert "R10-w05-ONE-MKT-" in out and "--approve ID --by NAME" in out
    assert out.rstrip().endswith("--decline ID --reason WORDS --by NAME.")


def test_a_log_is_begun_continued_and_approved_in(run, folder):
    code, out, _ = run("review", "--events", EXAMPLE, "--log", "log")
    assert code == 0 and "760 entries added, 758 of them money events" in out
    names = [line.split()[0] for line in out.splitlines() if line.strip().startswith(("R10-",
                                                                                      "R11-"))]
    assert "holds all of this already" in run("review", "--events", EXAMPLE, "--log", "log")[1]
    ids = json.loads(run("review", "--events", EXAMPLE, "--log", "log", "--format", "json")[1])
    code, out, err = run("review", "--events", EXAMPLE, "--log", "log", "--approve", names[0],
                         "--approve", names[1], "--by", "Ann Lee", "--format", "json")
    found = json.loads(out)
    assert (code, err) == (0, [])
    assert [each["id"] for each in found["proposals"]] == [each["id"]
                                                           for each in ids["proposals"]]
    assert {each["id"] for each in found["proposals"] if each["state"] == "approved"} == set(
        names[:2])
    state = replay(folder / "log")
    assert (state["MKT.planned"], state["REC.planned"]) == (660_000, 56_000)
    assert verify(folder / "log", found["ledger"]["head"]) is None
    assert verify(folder / "log", "0123" * 16) is not None


def test_columns_and_events_are_listed_with_what_each_needs(run, folder):
    code, out, err = run("columns")
    assert (code, err) == (0, [])
    lines = [line.strip() for line in out.splitlines()]
    for name in (*COLUMNS, *EVENTS):
        assert any(line.split()[:1] == [name] for line in lines), name
    at = next(number for number, line in enumerate(lines) if line.startswith("paid "))
    assert lines[at + 1] == "needs bucket, amount; may have learner, cohort, equity"
    assert "value: a whole number of 0 to 10" in out and "value: 0 to 1440" in out
    assert "model/budget/programme/columns.py" not in out
    assert "“python -m model budget columns”" in " ".join(run("review", "--help")[1].split())


def test_a_wrong_header_sends_to_the_list_of_columns(run, folder):
    (folder / "bad.csv").write_text("Buchung,Betrag\n1,2\n")
    code, out, err = run("review", "--events", "bad.csv")
    assert (code, out) == (2, "") and "python -m model budget columns" in err[0]
    assert not any("assumptions" in line for line in err)


def test_every_bad_row_is_named_and_nothing_is_written(run, folder):
    rows = [HEAD.rstrip("\n"), "1,2026-01-05,paid,,,,,,LIB,,,,=1+1,", "2,2026-99-05,paid,,,,,,LIB,,"
            ",,1,", "2,2026-01-05,paid,,,,,,NIX,,,,1e999,", "4,2027-01-05,paid,,,,,,LIB,,,,-1,"]
    (folder / "bad.csv").write_text("\n".join(rows) + "\n")
    run("review", "--events", "two.csv", "--log", "log")
    before = tree(folder)
    for log in ("log", "new"):
        code, out, err = run("review", "--events", "bad.csv", "--log", log)
        assert (code, out) == (2, "")
        assert {line.split(":")[1] for line in err} == {"2", "3", "4", "5"}
    assert tree(folder) == before


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01", "Größe".encode("latin-1"), b"id;date;event\n1;2026-01-05;paid\n",
    b"\xff\xfe" + "id,date".encode("utf-16-le"), HEAD.encode() + b'1,"2026-01-05\n',
    HEAD.encode() + b"1," * 50_000, b"PK\x03\x04" + bytes(1000)])
def test_hostile_files_leave_the_disk_untouched(run, folder, content):
    (folder / "bad.csv").write_bytes(content)
    before = tree(folder)
    code, out, err = run("review", "--events", "bad.csv", "--log", "new", "--plan", "base")
    assert (code, out) == (2, "") and err and tree(folder) == before
    assert all(line.isprintable() and len(line) < 600 for line in err)


@pytest.mark.parametrize(("arguments", "said"), [
    (["--events", "none.csv"], "none.csv: cannot be read"),
    (["--events", "params"], "is no file; name a CSV file"),
    (["--events", "two.csv", "--plan", "bse"], "'bse' is not a scenario of budget; did you mean"),
    (["--events", "two.csv", "--approve", "X"], "--approve: needs --log FILE"),
    (["--events", "two.csv", "--by", "Ann"], "--by: is given without --approve"),
    (["--events", "two.csv", "--on", "2026-01-09"], "--on: is given without --approve"),
    (["--events", "two.csv", "--log", "l", "--approve", "X", "--by", "A", "--on", "6 March"],
     "--on: is '6 March'; write a date as YYYY-MM-DD"),
    (["--events", "two.csv", "--log", "l", "--approve", "X", "--by", "A", "--on", "2026-02-30"],
     "--on: is '2026-02-30', a day that no calendar has"),
    (["--events", "two.csv", "--log", "l", "--approve", "X"], "--by: '' names nobody"),
    (["--events", "two.csv", "--log", "l", "--approve", "X", "--by", "A"],
     "--approve: 'X' is no proposal of this review"),
    (["--events", "two.csv", "--log", "two.csv"], "--log: names the export itself"),
    (["--events", "two.csv", "--log", "params"], "is there and is no file; name another"),
    (["--events", "two.csv", "--log", "no/where"], "--log: no is no folder"),
    (["--events", "two.csv", "--plan", "university_semester"], "outside of the plan's 26 weeks"),
    (["--events", "two.csv", "--log", "params/budget/base.yaml"], "base.yaml:1: is no log; name"),
    ([], "required: --events")])
def test_bad_input_is_told_in_a_sentence_with_exit_2_and_nothing_written(run, folder, arguments,
                                                                         said):
    before = tree(folder)
    code, out, err = run("review", *arguments)
    assert (code, out) == (2, "") and any(said in line for line in err), err
    assert tree(folder) == before


def test_an_approval_that_is_no_longer_valid_writes_nothing(run, folder):
    run("review", "--events", EXAMPLE, "--log", "log")
    out = run("review", "--events", EXAMPLE, "--log", "log")[1]
    freeze = next(line.split()[0] for line in out.splitlines() if "R13-w04-freeze" in line)
    before = tree(folder)
    code, out, err = run("review", "--events", EXAMPLE, "--log", "log", "--approve", freeze,
                         "--by", "Ann")
    assert (code, out, len(err)) == (2, "", 1) and "is no longer valid: the freeze" in err[0]
    assert tree(folder) == before


def test_other_commands_say_that_budget_is_no_company(capsys, folder):
    for command in (["project", "budget"], ["workbook", "budget"], ["explain", "budget", "x"]):
        assert cli.main(command) == 2
        told = capsys.readouterr()
        assert told.out == "" and "budget is no company" in told.err
        assert len(told.err.splitlines()) == 1


# The workbook -------------------------------------------------------------------------------------

def cells_of(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_workbook_shows_plan_and_ledger_with_live_sums(run, folder):
    run("review", "--events", EXAMPLE, "--log", "log")
    code, out, err = run("export", "-o", "plan.xlsx", "--log", "log")
    assert (code, err) == (0, []) and "Written: plan.xlsx" in out
    content = (folder / "plan.xlsx").read_bytes()
    book = cells_of(content)
    assert book.sheetnames == ["About", "Plan", "Numbers", "Rules", "Ledger", "Log"]
    ledger = book["Ledger"]
    assert ledger["C4"].value.startswith("=SUMIFS(Log!") and ledger["F4"].value == "=C4-D4-E4"
    assert ledger["C12"].value == "=SUM(C4:C11)"
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert [values["Ledger"][f"{col}4"].value for col in "BCDEF"] == [
        "ONE", 66_000, 4_762.5, 39_000, 22_237.5]
    assert values["Ledger"]["C12"].value == 120_000 and values["Ledger"]["C14"].value == "holds"
    # What the formulas sum is what they show.
    sums = {}
    for row in values["Log"].iter_rows(min_row=4, values_only=True):
        sums[row[6], row[7]] = sums.get((row[6], row[7]), 0) + row[8]
    for row in values["Ledger"].iter_rows(min_row=4, max_row=11, values_only=True):
        for amount, value in zip(("planned", "committed", "spent"), row[2:5], strict=True):
            assert value == pytest.approx(sums.get((row[1], amount), 0))
    run("export", "-o", "again.xlsx", "--log", "log")
    assert (folder / "again.xlsx").read_bytes() == content


def test_a_text_can_never_become_a_formula_in_the_workbook(folder):
    from model.budget.steering.workbook import content

    plan = load_plan("base")
    object.__setattr__(plan, "scenario_why", '=HYPERLINK("http://x","y")')
    object.__setattr__(plan, "scenario_title", "@SUM(1)")
    made = content(plan)
    about = cells_of(made)["About"]
    assert {cell.data_type for row in about.iter_rows() for cell in row if cell.value} == {"s"}
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_without_a_log_the_workbook_shows_the_opening_and_other_names_are_refused(run, folder):
    assert run("export", "-o", "p.xlsx", "--plan", "small_pilot")[0] == 0
    values = openpyxl.load_workbook(folder / "p.xlsx", data_only=True)
    assert values["Ledger"]["C12"].value == 20_000 and values["Ledger"]["E12"].value == 0
    before = tree(folder)
    for arguments, said in ((["-o", "p.txt"], "does not end in .xlsx"),
                            (["-o", "q.xlsx", "--log", "none"], "none is no file"),
                            (["-o", "q.xlsx", "--log", "two.csv"], "two.csv:1")):
        code, out, err = run("export", *arguments)
        assert (code, out) == (2, "") and said in err[0]
    assert tree(folder) == before


def test_names_from_an_export_stay_texts_in_words_and_in_the_workbook(run, folder):
    (folder / "odd.csv").write_text("# =cmd|'/C calc'!A0 <b>bold</b>\n" + text(
        enrolled(on(1), "<script>"), paid(on(1, 5), "LIB", "3")))
    code, out, err = run("review", "--events", "odd.csv", "--log", "log")
    assert (code, err) == (0, []) and "=cmd|" in out
    assert run("export", "-o", "odd.xlsx", "--log", "log")[0] == 0


def test_a_log_that_was_cut_shows_against_the_hash_that_was_kept(run, folder):
    review = ("review", "--events", "two.csv", "--log", "log.jsonl")
    _, out, _ = run(*review)
    head = re.search(r"Last hash ([0-9a-f]{64});", out)[1]
    assert run(*review, "--head", head)[0] == 0
    log = folder / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    before = tree(folder)
    code, _, problems = run(*review, "--head", head)
    assert code == 2 and "holds no entry with the hash" in problems[0] and tree(folder) == before
    assert run("review", "--events", "two.csv", "--head", head)[0] == 2
