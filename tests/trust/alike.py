"""The part of the campaign that makes a page, a pack and a workbook again in other surroundings,
and compares them byte by byte."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from model import folders
from model.files import digest

COMPANY = "subscription"
# What is made: a page by the batch with its workbook, and a pack of that day.
_MADE = (("run", COMPANY, "-s", "base", "-n", "breakeven", "--quiet"),
         ("pack", "sent", "--company", COMPANY, "-s", "base", "--no-pages", "--date", "2026-10-31"))
_FILES = (f"reports/{COMPANY}/base/breakeven.html", f"reports/{COMPANY}/base/model.xlsx",
          "packs/sent.zip")
# A page says when it was run.
_TIMES = re.compile(rb"20\d\d-\d\d-\d\d(?:T| at | )\d\d:\d\d(?::\d\d)?")
# Surroundings by name: the environment, the folder and the workers that differ from the first.
SURROUNDINGS: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "another hash seed": ({"PYTHONHASHSEED": "4711"}, "project", ()),
    "another time zone": ({"TZ": "Asia/Kathmandu"}, "project", ()),
    "another language": ({"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}, "project", ()),
    "no language, plain ASCII": ({"LC_ALL": "C", "PYTHONUTF8": "0"}, "project", ()),
    "another folder": ({}, "a folder/with ä name", ()),
    "one kernel at a time": ({}, "project", ("--jobs", "1")),
}


def campaign(say: Callable[[str], None], names: tuple[str, ...] = tuple(SURROUNDINGS)) -> dict:
    """Make the files in each of some surroundings: how many have other bytes."""
    with TemporaryDirectory(prefix="trust-alike-") as name:
        first = _made(Path(name) / "first" / "project", {"PYTHONHASHSEED": "0"}, ())
        found: dict[str, dict[str, int]] = {}
        wrong = []
        for number, each in enumerate(names):
            environment, folder, more = SURROUNDINGS[each]
            made = _made(Path(name) / str(number) / folder,
                         {"PYTHONHASHSEED": "0", **environment}, more)
            other = [file for file in _FILES if made[file] != first[file]]
            found[each] = {"files": len(_FILES), "different": len(other)}
            wrong += [f"{each}: {file}" for file in other]
            say(f"{each}: {len(other)} of {len(_FILES)} files have other bytes")
    return {"surroundings": found, "wrong": wrong}


def _made(place: Path, environment: dict[str, str], more: tuple[str, ...]) -> dict[str, str]:
    """The digest of each file, made in a folder of its own."""
    root = folders.root()
    for name in ("params", "notebooks"):
        shutil.copytree(root / name, place / name)
    for arguments in _MADE:
        extra = more if arguments[0] == "run" else ()
        subprocess.run([sys.executable, "-m", "model", *arguments, *extra], cwd=place, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env=os.environ | {"PYTHONPATH": str(root)} | environment)
    return {file: digest(_TIMES.sub(b"", (place / file).read_bytes())) for file in _FILES}
