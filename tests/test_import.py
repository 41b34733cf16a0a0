"""Exports of other programs become actuals as a map says, whole or not at all."""

import io
import re
from pathlib import Path

import pytest
from exports import (
    GERMAN,
    GERMAN_MAP,
    GERMAN_ROWS,
    LONG_MAP,
    WIDE,
    WIDE_MAP,
    WIDE_ROWS,
    edited,
    notices,
)
from readmes import READMES
from test_readme import commands

from model import load, project
from model.analysis import variance
from model.files import write_whole
from model.intake.mapping import Columns, Map, Total
from model.intake.table import MAX_ROWS
from model.params.actuals_file import read_actuals
from model.problems import InputError

EXAMPLES = Path("params/mentorship/examples")


def test_a_german_export_gives_three_figures(take):
    code, out, _ = take(GERMAN, GERMAN_MAP)
    assert code == 0 and take.rows() == GERMAN_ROWS
    assert "3 new, 0 changed, 0 unchanged." in out
    assert re.search(r"2026-01 +revenue +8400, 8401 \(lines 2, 3\) +3,680\.50 +new", out)
    assert not notices(out)
    assert "does not say to which month the books are closed" in out
    assert out.endswith("Written: params/mentorship/actuals.csv.\n")


def test_a_profit_and_loss_by_month_gives_its_accounts_and_its_totals_are_checked(take):
    code, out, _ = take(WIDE, WIDE_MAP)
    assert code == 0 and take.rows() == WIDE_ROWS
    assert "Totals that add up, and are left out: Net Income, Total." in out


def test_what_is_imported_is_what_the_plan_is_held_against(take):
    take(GERMAN, GERMAN_MAP)
    plan = project(load("mentorship"))
    rows = {row.name: row for row in variance.variance(plan, variance.actuals(plan))}
    assert rows["revenue"].actual == 3680.5
    assert round(rows["revenue"].difference, 2) == round(3680.5 - 3360.97, 2)
    assert take.run("check", "mentorship", "-s", "base")[0] == 0


def test_the_example_in_params_is_read_by_its_map(take):
    code, out, _ = take.run("import", str(EXAMPLES / "invented_export.csv"), "--map",
                            str(EXAMPLES / "invented_export.yaml"), "--yes")
    assert code == 0 and not notices(out)
    assert take.rows() == {("2026-01", "revenue"): 3225.25, ("2026-01", "marketing"): 15550,
                           ("2026-01", "payroll"): 28333.33}


def test_the_example_explains_every_key_of_a_map(take):
    text = (take.folder / EXAMPLES / "invented_export.yaml").read_text(encoding="utf-8")
    for part in (Map, Columns, Total):
        assert all(re.search(rf"\b{key}\b", text) for key in part.model_fields)


def test_the_readme_proposes_a_map_and_imports_by_one(take):
    section = READMES["params/README.md"].partition("Take it from your bookkeeping\n")[2]
    propose, bring = (words for words in commands(section) if words[0] == "import")
    code, out, err = take.run(*propose)
    assert code == 0 and 'accounts:' in out and "--propose MAP.yaml writes it" in err
    code, out, _ = take.run(*bring)
    assert code == 0 and "Nothing was written: nobody can be asked here" in out
    assert take.run(*bring, "--yes")[0] == 0
    assert read_actuals(take.folder / EXAMPLES / "mine.csv").rows[0].value == 3225.25
    assert "0 new, 0 changed, 3 unchanged." in take.run(*bring)[1]


# The file of actuals ------------------------------------------------------------------------------

KEPT = ("\ufeff# Closed by hand\r\n# closed to 2026-01\r\nperiod,name,value,note\r\n"
        '2026-01,revenue,5, so it is \r\n"2026-01","payroll",28333.330,"a, ""b"""\r\n\r\n'
        "2026-W07,match_rate,0.7,\r\n# the end")


def test_all_else_in_the_file_stays_as_it_is(take):
    take.actuals.write_bytes(KEPT.encode())
    code, out, _ = take(GERMAN, GERMAN_MAP)
    assert "1 new, 1 changed, 1 unchanged." in out and code == 0
    assert take.actuals.read_bytes().decode() == (
        KEPT.replace("2026-01,revenue,5,", "2026-01,revenue,3680.5,")
        + "\r\n2026-01,marketing,15900,\r\n")
    assert re.search(r"revenue .* 3,680\.50 +5\n", out)
    assert "The books are closed to 2026-01; --close moves that." in out


def test_the_same_file_twice_changes_nothing_and_says_so(take):
    take(WIDE, WIDE_MAP)
    before = take.actuals.read_bytes(), take.actuals.stat().st_mtime_ns
    code, out, _ = take(WIDE, WIDE_MAP)
    assert code == 0 and "0 new, 0 changed, 4 unchanged." in out
    assert out.endswith("Nothing is new or changed, so params/mentorship/actuals.csv stays as it "
                        "is.\n")
    assert (take.actuals.read_bytes(), take.actuals.stat().st_mtime_ns) == before


@pytest.mark.parametrize("before", [
    "period,name,value\n2026-01,revenue,5\n",
    "# remark\n# closed to 2026-02\nperiod,name,value\n2026-01,revenue,5"])
def test_the_close_is_moved_only_when_that_is_said(take, before):
    take.actuals.write_text(before, encoding="utf-8")
    take(GERMAN, GERMAN_MAP)
    closed = read_actuals(take.actuals).closed
    assert (closed and closed[0]) == ("2026-02" if "closed" in before else None)
    _, out, _ = take(GERMAN, GERMAN_MAP, "--close", "2026-01")
    file = read_actuals(take.actuals)
    assert file.closed[0] == "2026-01" and not file.problems
    assert take.rows() == GERMAN_ROWS
    assert "The books are closed to 2026-01 (" in out


def test_a_close_after_all_that_is_given_is_remarked(take):
    _, out, _ = take(GERMAN, GERMAN_MAP, "--close", "2026-03")
    assert notices(out) == [
        "revenue: the books are closed to 2026-03, but nothing is given after 2026-01, so that "
        "what was observed ends there; give what is missing, or close them to 2026-01."]
    # Whoever types it into the file is told as well.
    code, out, _ = take.run("check", "mentorship", "-s", "base")
    assert code == 0 and "revenue: the books are closed to 2026-03, but nothing is given" in out


def test_a_link_to_the_file_stays_and_leads_to_what_is_written(take):
    real = take.folder / "books.csv"
    real.write_text("period,name,value\n2026-01,revenue,5\n", encoding="utf-8")
    take.actuals.symlink_to(real)
    assert take(GERMAN, GERMAN_MAP)[0] == 0
    assert take.actuals.is_symlink() and "2026-01,revenue,3680.5" in real.read_text()
    assert take.rows() == GERMAN_ROWS
    with pytest.raises(InputError, match="is no file"):
        (take.folder / "lost.csv").symlink_to(take.folder / "nowhere")
        write_whole(take.folder / "lost.csv", b"")
    assert not (take.folder / "nowhere").exists()


def test_without_a_terminal_and_without_yes_nothing_is_written(take):
    code, out, _ = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 0 and not take.actuals.exists()
    assert out.endswith("Nothing was written: nobody can be asked here; --yes writes it.\n")


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("yes\n", True), ("\n", False),
                                                 ("n\n", False), ("", False)])
def test_on_a_terminal_it_is_asked(take, monkeypatch, answer, written):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    code, out, _ = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 0 and take.actuals.exists() == written
    assert "Write params/mentorship/actuals.csv? [y/N] " in out


def test_a_file_that_was_changed_meanwhile_is_not_written_over(take, monkeypatch):
    class Slow(io.StringIO):
        def isatty(self):
            return True

        def readline(self):
            take.actuals.write_text("period,name,value\n2026-01,revenue,7\n", encoding="utf-8")
            return "y\n"

    monkeypatch.setattr("sys.stdin", Slow())
    code, _, err = take(GERMAN, GERMAN_MAP, yes=False)
    assert code == 2 and "was changed by somebody else meanwhile; import again." in err
    assert take.rows() == {("2026-01", "revenue"): 7}


def test_a_disk_that_is_full_leaves_the_old_file(take, monkeypatch):
    take.actuals.write_text("period,name,value\n2026-01,revenue,5\n", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device", "actuals.csv")

    monkeypatch.setattr("os.replace", full)
    code, _, err = take(GERMAN, GERMAN_MAP)
    assert code == 1 and "No space left" in err
    assert take.rows() == {("2026-01", "revenue"): 5}
    assert not list(take.actuals.parent.glob(".*"))


@pytest.mark.parametrize("options", [(), ("--close", "2026-01")])
def test_what_is_given_by_week_is_not_given_by_month_as_well(take, options):
    take.actuals.write_text("period,name,value\n2026-W02,revenue,5\n", encoding="utf-8")
    problem, = take.refused(GERMAN, GERMAN_MAP, *options)
    assert problem.startswith("export.csv, revenue of 2026-01: revenue is given for 2026-01 both "
                              "as a month and by week (line 2: 2026-W02)")
    assert problem.endswith(" The line is one of params/mentorship/actuals.csv.")


def test_a_fault_is_said_where_it_can_be_mended(take):
    """Of an option by its name, of a row by its line as the file has it, of a figure by its
    month."""
    close, = take.refused(GERMAN, GERMAN_MAP, "--close", "2031-01")
    assert close == ("--close: closes the books to 2031-01, after the plan, which ends in 2030-12; "
                     "name a month of it or before it.")
    take.actuals.write_text("period,name,value\n2026-02,receivables,-5\n", encoding="utf-8")
    assert take.refused(GERMAN, GERMAN_MAP, "--close", "2026-01")[0].startswith(
        "params/mentorship/actuals.csv:2: receivables = -5 is below zero")
    take.actuals.unlink()
    early = "account,date,amount\nSales,2025-12-31,-5\n"
    text = edited(LONG_MAP, accounts="{Sales: receivables}")
    assert take.refused(early, text) == [
        "export.csv, receivables of 2025-12: receivables = -5 is below zero, which this balance "
        "never is: what is owed is a positive amount here, too; correct it."]
    assert take.refused(early.replace("2025", "2035"), LONG_MAP)[-1].endswith(
        "remove the row. --month chooses the months that are read.")


def test_months_before_the_plan_are_its_history(take):
    content = ("account,date,amount\nSales,2025-11-30,1500\nAds,2025-11-30,900\n"
               "Sales,2025-12-31,1800.5\nSales,2026-01-31,2680\n")
    code, out, _ = take(content, LONG_MAP, "--close", "2026-01")
    assert code == 0 and not notices(out) and "4 new, 0 changed, 0 unchanged." in out
    assert re.search(r"2025-12 +revenue +Sales \(line 4\) +1,800\.5 +new", out)
    assert take.rows() == {("2025-11", "revenue"): 1500, ("2025-11", "marketing"): 900,
                           ("2025-12", "revenue"): 1800.5, ("2026-01", "revenue"): 2680}
    found = variance.actuals(project(load("mentorship")))
    assert found.history.calendar.labels == ("2025-11", "2025-12")
    assert found.history.values["revenue"].tolist() == [1500, 1800.5]
    assert found.values["revenue"][0] == 2680 and "marketing" not in found.values
    # An export of history alone can be closed before the plan begins.
    take.actuals.unlink()
    code, out, _ = take(content, LONG_MAP, "--month", "2025-12", "--close", "2025-12")
    assert code == 0 and take.rows() == {("2025-12", "revenue"): 1800.5}
    assert "The books are closed to 2025-12 (said nowhere until now)." in out


def test_a_file_of_actuals_with_a_fault_is_not_added_to(take):
    take.actuals.write_text("period,name,value\n2026-01,revenue,a\n", encoding="utf-8")
    problem, = take.refused(GERMAN, GERMAN_MAP)
    assert problem.startswith("params/mentorship/actuals.csv:2: 'revenue': 'a' is not a number")


def test_another_file_of_actuals_can_be_named(take):
    code, out, _ = take(GERMAN, GERMAN_MAP, "--to", "examples/mine.csv")
    assert code == 0 and not take.actuals.exists()
    assert out.endswith("No scenario reads it yet; one that says actuals: examples/mine.csv "
                        "does.\n")
    assert read_actuals(take.actuals.parent / "examples" / "mine.csv").rows[0].value == 3680.5


def test_an_amount_with_three_decimals_is_written_so_that_nobody_asks(take):
    content = "account,date,amount\nSales,2026-01-31,1.2005\nSales,2026-01-31,1.0495\n" \
              "Ads,2026-01-31,16000.125\n"
    take(content, LONG_MAP)
    text = take.actuals.read_text(encoding="utf-8")
    assert "2026-01,revenue,2.25," in text and "2026-01,marketing,16000.1250," in text


def test_very_many_bookings_are_read(take):
    number = 20_000
    lines = "".join(f"Sales,2026-{1 + at % 12:02d}-{1 + at % 28:02d},{at % 97}.50\n"
                    for at in range(number))
    code, out, _ = take("account,date,amount\n" + lines, LONG_MAP)
    assert code == 0 and "rows from line 2 on" in out
    assert sum(take.rows().values()) == sum(at % 97 + 0.5 for at in range(number))
    assert MAX_ROWS >= 100_000
