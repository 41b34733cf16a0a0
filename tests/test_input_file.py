"""Only plain files are read, and no more of one than it may hold: what waits or has no end is
refused, and what cannot be read is never left out without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model import cli, files, folders
from model.budget.accounts.log import read_lines
from model.params import catalog, edits, scenario_file
from model.problems import InputError
from model.reporting import manifest, notebooks
from model.workbook.verification import params_mark

ROOT = folders.root()
PACKAGE = Path(__file__).resolve().parents[1]
SCENARIOS = "params/influencer/scenarios"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices in the file system")


@pytest.fixture(params=["pipe", "zero", "folder", "nowhere"])
def put(request):
    """Puts what is no file into the place of one."""
    def put(path):
        path.unlink(missing_ok=True)
        {"pipe": lambda: os.mkfifo(path), "zero": lambda: path.symlink_to("/dev/zero"),
         "folder": path.mkdir, "nowhere": lambda: path.symlink_to("/nowhere")}[request.param]()
        return path
    return put


@pytest.mark.parametrize("names", [
    ("params/influencer/base.yaml", "params/budget/base.yaml"),
    (f"{SCENARIOS}/upside.yaml", f"{SCENARIOS}/mine.yaml", "params/influencer/actuals.csv",
     "params/budget/tuned.yaml")], ids=["base", "beside"])
def test_what_is_no_file_is_said_by_check(folder, put, capsys, names):
    for name in names:
        put(folder / name)
    assert cli.main(["check"]) == 2
    err = capsys.readouterr().err.splitlines()
    for name in names:
        said = [line for line in err if f"{name}:1: " in line]
        assert len(said) == 1, (name, err)
        assert ("is no file; " in said[0]
                or "cannot be read (No such file or directory); " in said[0])
    assert len(err) == len(names), err


def test_what_is_no_file_is_said_where_it_is_named(folder, put, capsys):
    place = put(folder / "it")
    for arguments in (["budget", "review", "--events", "it"],
                      ["budget", "review", "--log", "it", "--events",
                       "params/budget/examples/invented_quarter.csv"],
                      ["budget", "export", "-o", "new.xlsx", "--log", "it"]):
        if arguments[2] == "--log" and place.is_symlink() and not place.exists():
            continue  # a link to nowhere is a log to begin
        assert cli.main(arguments) == 2, arguments
        assert "no" in capsys.readouterr().err
    assert not (folder / "new.xlsx").exists()


@pytest.mark.parametrize("name", [f"{SCENARIOS}/mine.yaml", "params/influencer/actuals.csv",
                                  "notebooks/breakeven.ipynb"])
def test_what_is_no_file_ends_a_run_before_it_begins(folder, put, capsys, name):
    put(folder / name)
    assert cli.main(["run", "influencer", "-n", "breakeven", "--out", "out"]) == 2
    assert name in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_what_is_no_file_has_no_content_anywhere_else(folder, put):
    place = put(folder / "it")
    assert files.file_digest(place) is None
    place = put(folder / manifest.NAME)
    assert manifest.read(folder) == manifest.Manifest()
    marked = params_mark("influencer")
    mine = put(folder / SCENARIOS / "mine.yaml")
    assert params_mark("influencer") != marked
    if mine.exists():
        with pytest.raises(InputError):
            scenario_file.save("influencer", "mine", {"title": "Mine", "why": "x"}, replace=True)
    with pytest.raises((files.UnusableError, OSError)):
        list(read_lines(place))
    assert edits.contents([place]) == {}
    place = put(folder / "notebooks" / "mine.ipynb")
    assert "mine" in notebooks.names() and notebooks.read("mine")[0] is None


def test_a_file_of_any_length_is_not_read_to_its_end(folder, capsys):
    for name, said in (("params/influencer/base.yaml", "1,000,000"),
                       (f"{SCENARIOS}/upside.yaml", "1,000,000"),
                       ("params/influencer/actuals.csv", "1,000,000"),
                       ("params/budget/tuned.yaml", "1,000,000")):
        path = folder / name
        kept = path.read_bytes() if path.exists() else None
        with path.open("wb") as file:
            file.truncate(10**12)
        assert cli.main(["check", name.split("/")[1]]) == 2
        err = capsys.readouterr().err.splitlines()
        assert len(err) == 1 and f"{name}:1: has more than {said} bytes" in err[0]
        path.unlink() if kept is None else path.write_bytes(kept)
    with (folder / "notebooks" / "breakeven.ipynb").open("wb") as file:
        file.truncate(10**12)
    assert notebooks.read("breakeven")[0] is None


# Root may read everything, unless it is started without that right.
_AS_ANYBODY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] \
    if hasattr(os, "getuid") and os.getuid() == 0 else []


@pytest.mark.parametrize("locked", ["params/influencer", "params", SCENARIOS,
                                    "params/influencer/base.yaml", f"{SCENARIOS}/upside.yaml"])
@pytest.mark.parametrize("command", ["check", "list"])
def test_what_may_not_be_read_is_never_left_out_without_a_word(folder, locked, command):
    before = (folder / locked).stat().st_mode
    try:
        (folder / locked).chmod(0)
        told = subprocess.run([*_AS_ANYBODY, sys.executable, "-m", "model", command], cwd=folder,
                              text=True, capture_output=True,
                              env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    finally:
        (folder / locked).chmod(before)
    if command == "list" and locked.endswith(".yaml"):
        assert told.returncode == 0 and "upside" in told.stdout
        return
    said = told.stderr.splitlines()
    assert told.returncode == 2 and said, told.stdout
    assert all(": cannot be read (Permission denied); " in line and line.startswith(locked)
               for line in said), said


def test_the_shipped_places_are_read_as_they_were():
    assert catalog.subjects() == ("budget", "influencer", "mentorship", "subscription")
    assert all(path.suffix == ".yaml" for path in files.listing(ROOT / SCENARIOS))
    assert files.listing(ROOT / "nowhere") == ()
