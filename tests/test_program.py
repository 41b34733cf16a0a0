"""The command line as a program: pipes, closed outputs, foreign folders, narrow terminals."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import model

PACKAGE = Path(model.__file__).parent.parent
# Output is buffered, as it is by default.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(PACKAGE), "PYTHONUNBUFFERED": ""}


def start(*arguments, cwd=PACKAGE, **options):
    """A command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "model", *arguments], cwd=cwd, text=True,
                          timeout=600, env=ENVIRONMENT, **options)


def shell(command, cwd=PACKAGE):
    """A shell's command, with `model` for the command line, whose exit code it prints last."""
    script = f'model() {{ "{sys.executable}" -m model "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", script + '; echo "${PIPESTATUS[0]}"'], cwd=cwd, text=True,
                          timeout=600, capture_output=True,
                          env=ENVIRONMENT)


def test_bad_input_leaves_no_traceback():
    done = start("project", "mentorship", "--set", "mentees.cac=5%", capture_output=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [
    "model project mentorship --monthly | head -1", "model list | true",
    "model project influencer --format json | true"])
def test_a_reader_that_has_seen_enough_is_no_error(command):
    done = shell(command)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_output_that_cannot_be_written_is_said_in_a_sentence():
    done = shell("model list > /dev/full")
    assert done.stdout == "1\n"
    assert done.stderr == ("the output: No space left on device; free it or name another place.\n")
    assert shell("model list >&-").stderr == ""


def test_it_runs_from_any_folder_below_the_project(folder):
    (folder / "params" / "mentorship" / "scenarios" / "mine.yaml").write_text("title: M\nwhy: W\n")
    below = folder / "params" / "mentorship" / "scenarios"
    assert "mine" in start("list", cwd=below, capture_output=True).stdout
    done = start("project", "mentorship", "-s", "mine", "--format", "csv", cwd=below,
                 capture_output=True)
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "line")


def test_it_runs_from_a_foreign_folder(tmp_path):
    done = start("list", cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mine" not in done.stdout and "mentorship: base" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_of_few_characters_shows_the_rest_in_escapes(folder):
    (folder / "params" / "mentorship" / "scenarios" / "größer.yaml").write_text("")
    done = subprocess.run([sys.executable, "-m", "model", "list"], capture_output=True, timeout=600,
                          env=ENVIRONMENT | {"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"gr\xf6\xdfer" in done.stdout


def test_a_batch_waits_for_no_grammars_of_addresses():
    done = subprocess.run([sys.executable, "-c", "import sys, model.reporting.kernel\n"
                           "print('rfc3987_syntax' in sys.modules)"],
                          capture_output=True, text=True, env=ENVIRONMENT)
    assert done.stdout == "False\n", done.stderr
