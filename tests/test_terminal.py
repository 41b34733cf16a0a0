"""What reaches the terminal: no text of a file or a name commands it, and Ctrl+C ends a command in
one sentence."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model import cli, folders, progress, terminal
from model.params import catalog
from model.problems import visible

ROOT = folders.root()
PACKAGE = Path(__file__).resolve().parents[1]
# Clears the screen, sets the window's title, and turns the order of what follows.
HOSTILE = "\x1b[2J\x1b]0;mine\x07\x9b31m\u202e\u2066\r"


@pytest.fixture
def run(capsys):
    """A command in this process: exit code, and all that it says."""
    def command(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out + told.err
    return command


def plain(said):
    return visible(said, allowed="\n\t") == said


def test_escapes_and_what_turns_the_order_are_shown():
    assert visible(HOSTILE) == ("\\u001b[2J\\u001b]0;mine\\u0007\\u009b31m\\u202e\\u2066\\u000d")
    assert visible("Größe 5\u00a0% – \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 "
                   "\U0001f469\u200d\U0001f52c") == (
        "Größe 5\u00a0% – \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 "
        "\U0001f469\u200d\U0001f52c")


def test_whatever_is_printed_is_shown_and_the_streams_come_back(capsys):
    before = sys.stdout, sys.stderr
    with terminal.visible_streams():
        print(HOSTILE)
        print("a\tb", file=sys.stderr)
    assert (sys.stdout, sys.stderr) == before
    told = capsys.readouterr()
    assert told.out == visible(HOSTILE) + "\n" and told.err == "a\tb\n"


def test_names_of_files_and_folders_do_not_command_the_terminal(run, folder):
    company = folder / "params" / "influencer"
    shutil.copy(company / "scenarios" / "upside.yaml",
                company / "scenarios" / f"a{HOSTILE}\nb.yaml")
    shutil.copytree(company, folder / "params" / f"c{HOSTILE}\nd")
    code, said = run("list")
    assert code == 0 and plain(said) and "\\u001b[2J" in said
    # A line for each subject, and one for the notebooks.
    assert len(said.splitlines()) == len(catalog.subjects()) + 1
    code, said = run("check")
    assert code == 2 and plain(said) and "\\u001b[2J" in said


@pytest.mark.parametrize("arguments", [
    (HOSTILE,), ("check", HOSTILE), ("check", "influencer", HOSTILE), ("check", "-s", HOSTILE),
    ("project", "influencer", "--set", HOSTILE), ("project", HOSTILE),
    ("project", "influencer", "--format", HOSTILE), ("run", "-n", HOSTILE),
    ("read-workbook", HOSTILE), ("workbook", "influencer", "-o", f"{HOSTILE}\n.xls"),
    ("budget", "review", "--events", HOSTILE), ("explain", "influencer", HOSTILE)])
def test_arguments_do_not_command_the_terminal(run, folder, arguments):
    code, said = run(*arguments)
    assert code and said and plain(said)
    assert len(said.splitlines()) == 1


def test_the_comment_of_a_file_does_not_command_the_terminal_or_a_page(run, folder):
    export = (ROOT / "params/budget/examples/invented_quarter.csv").read_text()
    for name, start in (("events.csv", "#"), ("quoted.csv", '"#')):
        (folder / name).write_text(f"{start} {HOSTILE.strip()} mine\n{export}")
        for form in ("table", "json"):
            code, said = run("budget", "review", "--events", name, "--format", form)
            assert code == 0 and plain(said) and "\\u202e" in said


@pytest.mark.parametrize("command", [
    "list", "check", "project influencer", "explain influencer ebitda", "workbook influencer",
    "read-workbook a.xlsx", "budget review --events a.csv", "budget columns",
    "budget export -o a.xlsx", "budget compare"])
def test_any_command_that_is_stopped_says_so_in_one_line(run, monkeypatch, command):
    def stopped(options):
        raise KeyboardInterrupt
    parser = cli.command_line()
    parse = parser.parse_args
    monkeypatch.setattr(cli, "command_line", lambda: parser)
    monkeypatch.setattr(parser, "parse_args", lambda arguments: _with(parse(arguments), stopped))
    assert run(*command.split()) == (cli.STOPPED, "Stopped.\n")


def _with(options, command):
    options.command = command
    return options


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on a terminal")
@pytest.mark.parametrize("command", [("check",), ("project", "mentorship")])
def test_ctrl_c_leaves_no_traceback(folder, command):
    # The command says by a folder that it works, as opening a file can swallow a signal.
    pipe = folder / "begun"
    program = ("import sys; from model import cli; from model.params import catalog\n"
               f"def slow(name):\n    import os; os.mkdir({str(pipe)!r})\n"
               "    import time; time.sleep(60)\n"
               "catalog.check_company = slow\nsys.exit(cli.main(sys.argv[1:]))")
    process = subprocess.Popen([sys.executable, "-c", program, *command], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    try:
        while not pipe.exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=600)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (130, "", "Stopped.\n")


def test_a_bar_shows_the_part_that_it_is_told_and_the_note(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(terminal, "own_stream", lambda: stream)
    with contextlib.closing(progress.Bar("page")) as bar:
        bar.show(2, 9, "base: code cell 3")
        bar.show(7, 9, "")
    first, last = stream.getvalue().index("2/9"), stream.getvalue().rindex("7/9")
    assert first < last and "page/s" in stream.getvalue()
    assert stream.getvalue().count("base: code cell 3") == 1
