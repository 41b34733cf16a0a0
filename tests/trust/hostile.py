"""The part of the campaign that damages every kind of file that comes in, and what is typed.

Each case runs a command in this process, in a copy of the project. Wrong is any exception but the
end of the command, more than 20 seconds of the processor or too much memory, what is no number in
what is printed, and any file that is not as before although the command refused.
"""

from __future__ import annotations

import contextlib
import io
import re
import resource
import shutil
import signal
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from model import cli, folders
from model.workbook.file import content
from model.workbook.paths import load_plans

# How many cases of each format the full form has: fewer of those that take seconds.
FULL = {"files of assumptions": 1_600, "scenarios": 1_600, "typed changes": 1_500, "actuals": 1_300,
        "exports of accounts": 1_000, "exports of the budget": 700, "logs": 700,
        "workbooks": 400, "packs": 600, "plans in spreadsheets": 800}
QUICK = 20
SECONDS, WALL, MEMORY = 20, 120, 3_000_000_000
TOKENS = ("nan", "inf", "-inf", "1e309", "-1", "0", "1e-320", "99999999999999999999", "null",
          "true", "{}", "[]", "~", "!!python/object:os.system x", "&a [*a]", "<<: *a", "=1+1",
          "'", '"', "\x00", "\x1b[2J", "\u202e", "\ud7ff", "\uffff", "é" * 40, "2026-13",
          "0000-00", "2026-02-30", "9" * 400, "{" * 60, "[" * 3_000, ",,,,,,,", "\t", ": : :",
          "a" * 70_000, "%", "5%", "1.000,00", "1,000", "--", "١٢٣", "0x10", "1_000", "½")


@dataclass(frozen=True)
class Case:
    """One damaged file: its format, its number, and the seed of the damage."""

    format: str
    number: int
    seed: int


@cache
def _project() -> Path:
    """A copy of the project of this process, with one of each file that comes in."""
    place, root = Path(mkdtemp(prefix="trust-")), folders.root()
    for name in ("params", "notebooks"):
        shutil.copytree(root / name, place / name)
    examples = place / "params" / "mentorship" / "examples"
    shutil.copy(examples / "invented_actuals.csv", place / "params" / "mentorship" / "actuals.csv")
    inbox = place / "inbox"
    inbox.mkdir()
    for name in ("invented_export", "invented_plan"):
        for suffix in (".csv", ".yaml"):
            shutil.copy(examples / f"{name}{suffix}", inbox / f"{name}{suffix}")
    shutil.copy(place / "params" / "budget" / "examples" / "invented_quarter.csv",
                inbox / "quarter.csv")
    from model.packs import pack
    from model.workbook.book import book

    with folders.project_at(place):
        for company in ("mentorship", "influencer"):
            (inbox / f"{company}.xlsx").write_bytes(content(book(load_plans(company))))
            (inbox / f"{company}.zip").write_bytes(
                pack.content(company, company, "base", "2026-10-31", {}))
    with contextlib.chdir(place), _captured():
        cli.main(["budget", "review", "--events", "inbox/quarter.csv", "--log", "inbox/log"])
    return place


def _text_file(*names: str) -> Callable[[Random], str]:
    return lambda random: random.choice(names)


_SUBJECTS = ("mentorship", "influencer", "subscription", "budget")
# Of each format: the file that is damaged, and the command that reads it.
FORMATS: Mapping[str, tuple[Callable[[Random], str], Callable[[str], list[str]]]] = {
    "files of assumptions": (_text_file(*(f"params/{each}/base.yaml" for each in _SUBJECTS)),
                             lambda name: ["check", name.split("/")[1]]),
    "scenarios": (_text_file("params/mentorship/scenarios/upside.yaml",
                             "params/influencer/scenarios/ebitda_1_5m.yaml",
                             "params/subscription/scenarios/price_rise.yaml",
                             "params/budget/scenarios/growing_marketplace.yaml"),
                  lambda name: ["check", name.split("/")[1], "-s", Path(name).stem]),
    "actuals": (_text_file("params/mentorship/actuals.csv"),
                lambda name: ["check", "mentorship", "-s", "base"]),
    "exports of accounts": (_text_file("inbox/invented_export.csv", "inbox/invented_export.yaml"),
                            lambda name: ["import", "inbox/invented_export.csv", "--map",
                                          "inbox/invented_export.yaml", "--to", "taken.csv",
                                          "--yes"]),
    "exports of the budget": (_text_file("inbox/quarter.csv"), lambda name: [
        "budget", "review", "--events", name, "--log", "inbox/new_log"]),
    "logs": (_text_file("inbox/log"), lambda name: [
        "budget", "review", "--events", "inbox/quarter.csv", "--log", name]),
    "workbooks": (_text_file("inbox/mentorship.xlsx", "inbox/influencer.xlsx"),
                  lambda name: ["read-workbook", name, "--name", "returned"]),
    "packs": (_text_file("inbox/mentorship.zip", "inbox/influencer.zip"),
              lambda name: ["compare-packs", name]),
    "plans in spreadsheets": (_text_file("inbox/invented_plan.csv", "inbox/invented_plan.yaml"),
                              lambda name: ["import-plan", "inbox/invented_plan.csv", "--map",
                                            "inbox/invented_plan.yaml", "--name", "taken"]),
}


def cases(seed: int, one_in: int) -> list[Case]:
    return [Case(name, number, hash_of(f"{seed} {name} {number}"))
            for name, size in FULL.items() for number in range(max(1, size // one_in))]


def hash_of(text: str) -> int:
    return Random(text).getrandbits(60)


def damaged(raw: bytes, random: Random) -> bytes:
    """A file with one to four changes at random."""
    if raw[:2] == b"PK":
        return _damaged_archive(raw, random)
    for _ in range(random.randrange(1, 5)):
        raw = random.choice(_CHANGES)(raw, random)
    return raw


def _token(raw: bytes, random: Random) -> bytes:
    """Something odd in place of a word or a number."""
    words = list(re.finditer(rb"[\w.%-]+", raw[:400_000]))
    if not words:
        return raw
    at = random.choice(words)
    token = random.choice(TOKENS).encode("utf-8", "surrogatepass")
    return raw[:at.start()] + token + raw[at.end():]


def _lines(raw: bytes, random: Random) -> bytes:
    """A line left out, doubled, or exchanged with another one."""
    lines = raw.splitlines(keepends=True)
    if len(lines) < 3:
        return raw
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(one, lines[other])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            lines[one] = b" " * random.randrange(1, 5) + lines[one]
    return b"".join(lines)


def _bytes(raw: bytes, random: Random) -> bytes:
    """Bytes that are others, are missing, or are there too often."""
    at = random.randrange(max(1, len(raw)))
    match random.randrange(4):
        case 0:
            return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1:]
        case 1:
            return raw[:at] + raw[at + random.randrange(1, 40):]
        case 2:
            return raw[:at] + raw[at:at + 200] * random.randrange(2, 50) + raw[at + 200:]
    return raw[:at]


def _digit(raw: bytes, random: Random) -> bytes:
    digits = [at.start() for at in re.finditer(rb"\d", raw[:400_000])]
    if not digits:
        return raw
    at = random.choice(digits)
    return raw[:at] + random.choice((b"-", b"e", b"99999", b".", b",", b"")) + raw[at + 1:]


_CHANGES = (_token, _token, _lines, _bytes, _digit)


def _damaged_archive(raw: bytes, random: Random) -> bytes:
    """An archive with a damaged part, damaged itself, or made to unpack to far too much."""
    choice = random.random()
    if choice < 0.2:
        return _bytes(raw, random)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = random.choice(list(parts))
    if choice < 0.3:
        parts[name] = random.choice(_BOMBS)
    elif choice < 0.4:
        parts[random.choice(("../up", "/etc/x", name + "/x", "a" * 300, "new.xml"))] = parts[name]
    elif choice < 0.5:
        del parts[name]
    elif choice < 0.6 and (sheet := next((each for each in parts if "sheet2.xml" in each), None)):
        parts[sheet] = parts[sheet].replace(b"</sheetData>", random.choice(_AFTER_CELLS))
    else:
        parts[name] = random.choice(_CHANGES)(parts[name], random)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for each, part in parts.items():
            packed.writestr(each, part)
    return buffer.getvalue()


_BOMBS = (b"<a>" * 100_000, b"0" * 90_000_000,
          b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
          b'<!ENTITY c "&b;&b;&b;&b;">]><l>&c;</l>', b"", b"\xff\xfe\x00", b"<worksheet>")
_AFTER_CELLS = (
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    b'<row r="2"><c r="A2"><v>1e309</v></c></row></sheetData>',
    b'<row r="3"><c r="A3"><v>' + b"9" * 4_000 + b"</v></c></row></sheetData>",
    b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')


_SET = ("mentees.cac=90", "mentees.cac.2026=90", "opening_cash=5",
        "mentees.mix.career_changers=0.4", "capex.platform.2026-03=100",
        "team.developer.hires.2027-01=2")


def _typed(random: Random) -> list[str]:
    """A command line with a damaged change."""
    raw = random.choice(_SET).encode()
    for _ in range(random.randrange(1, 4)):
        raw = random.choice((_token, _digit, _bytes))(raw, random)
    text = raw.decode("utf-8", "replace").replace("\x00", "")[:5_000]
    return ["project", "mentorship", f"--set={text}"]


@dataclass
class Result:
    """What became of a case: a word, and what was said of it."""

    word: str
    said: str = ""


class _Hangs(BaseException):
    """A command has run for far too long."""


@contextlib.contextmanager
def _captured() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
                for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err


def run(case: Case) -> Result:
    """Damage a file, run its command, and put everything back."""
    place, random = _project(), Random(case.seed)
    name, before = None, _state(place)
    if case.format == "typed changes":
        arguments = _typed(random)
    else:
        pick, command = FORMATS[case.format]
        name = pick(random)
        arguments = command(name)
        kept = (place / name).read_bytes()
        (place / name).write_bytes(damaged(kept, random))
        before = _state(place)
    began = time.process_time()
    try:
        with contextlib.chdir(place):
            code, said = _command(arguments)
        spent = time.process_time() - began
        after = _state(place)
        if code == "crash":
            return Result("crashes", said)
        if spent > SECONDS or code == "hang":
            return Result("slow", f"{spent:.1f} s")
        if code == 2 and after != before:
            return Result("written", f"{sorted(set(after.items()) ^ set(before.items()))[:3]}")
        if code == 0 and re.search(r"(?<![\w.])(?:nan|inf|infinity)(?![\w])", said.lower()):
            return Result("nonsense", said[:300])
        return Result("refused" if code == 2 else "read", said[:200])
    finally:
        if name:
            (place / name).write_bytes(kept)
        for path in set(_state(place)) - set(before):
            Path(path).unlink()


def _command(arguments: Sequence[str]) -> tuple[object, str]:
    def ring(*_):
        raise _Hangs
    old = signal.signal(signal.SIGALRM, ring)
    signal.alarm(WALL)
    try:
        with _captured() as (out, err):
            try:
                code: object = cli.main(list(arguments))
            except SystemExit as end:
                code = end.code
            except _Hangs:
                code = "hang"
            except BaseException as error:  # every other end is a traceback for who typed it
                import traceback
                return "crash", "".join(traceback.format_exception(error))[-700:]
            said = b"".join((stream.flush(), stream.buffer.getvalue())[1]
                            for stream in (out, err)).decode("utf-8", "replace")
        return code, said
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)


def _state(place: Path) -> dict[str, tuple[int, int]]:
    """Every file of a folder, with its size and the time of its last change."""
    return {str(path): ((found := path.stat()).st_size, found.st_mtime_ns)
            for path in place.rglob("*") if path.is_file()}


def _run(chunk: Sequence[Case]) -> list[Result]:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    return [run(case) for case in chunk]


def campaign(seed: int, one_in: int, workers: int, say: Callable[[str], None]) -> dict:
    """Every case: counts by format, and what was said where something is wrong."""
    todo = cases(seed, one_in)
    chunks = [todo[at:at + 25] for at in range(0, len(todo), 25)]
    formats: dict[str, dict[str, int]] = {}
    wrong: list[str] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as processes:
        for done, (chunk, found) in enumerate(
                zip(chunks, processes.map(_run, chunks), strict=True), 1):
            for case, result in zip(chunk, found, strict=True):
                counts = formats.setdefault(case.format, dict.fromkeys(
                    ("tries", "refused", "read", "nonsense", "crashes", "slow", "written"), 0))
                counts["tries"] += 1
                counts[result.word] += 1
                if result.word not in ("refused", "read"):
                    wrong.append(f"{case.format} {case.number} ({result.word}): {result.said}")
            if done % 10 == 0 or done == len(chunks):
                say(f"{sum(each['tries'] for each in formats.values()):,} damaged inputs, "
                    f"{len(wrong)} wrong")
    return {"formats": formats, "wrong": wrong}
