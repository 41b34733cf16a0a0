"""Faults of the kinds that happen, planted into a programme's export and into its log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from model import folders
from model.budget.accounts.ledger import as_bytes, cells
from model.budget.accounts.log import FIRST, digest, verify
from model.budget.plan.plan import Plan, load_plan
from model.budget.programme.export import parse_records
from model.budget.steering.checks import check
from model.budget.steering.review import Review, draft
from model.problems import InputError
from trust.outcome import SENT, Outcome

EXPORT, LOG = "export of the budget", "log of the budget"
REFUSED, CHECKS, ALERTS, CHAIN, HEAD = ("refused when read", "error checks", "alerts",
                                        "hash chain of the log", "hash kept elsewhere")
SIGN, SLIP, ANNUAL, MONTH, YEAR = ("wrong sign", "a unit slip", "annual for monthly",
                                   "a month off", "a wrong year or period")
SWAPPED, COLUMN, TERM, TWICE, PLUG = ("a segment swapped", "a wrong column", "a term left out",
                                      "a row twice", "a typed plug")
SHIFTED, COPIED = "a shifted row", "a row copied"


@dataclass(frozen=True)
class ExportFault:
    kind: str
    what: str
    text: str


@dataclass(frozen=True)
class LogFault:
    kind: str
    what: str
    content: bytes
    resealed: bool


@cache
def _plan() -> Plan:
    return load_plan()


@cache
def _lines() -> tuple[str, ...]:
    path = folders.params() / "budget" / "examples" / "invented_quarter.csv"
    return tuple(path.read_text(encoding="utf-8").splitlines())


@cache
def _head() -> tuple[int, list[str]]:
    at = next(at for at, line in enumerate(_lines()) if line.startswith("id,"))
    return at, _lines()[at].split(",")


@cache
def _whole() -> Review:
    return _review("\n".join(_lines()) + "\n")


def _review(text: str, log: Path | None = None) -> Review:
    return draft(_plan(), parse_records("export.csv", text.encode(), _plan()), log)


def _figures(review: Review) -> tuple:
    """Every figure of a review: balances now and by week, KPIs and the forecast."""
    return (as_bytes(cells(review.balances)),
            [as_bytes(cells(week.balances)) for week in review.weeks],
            repr(review.kpis), repr(review.forecast))


def _rows(*columns: str) -> list[int]:
    """The lines in which some columns are filled."""
    first, head = _head()
    places = [head.index(column) for column in columns]
    return [at for at in range(first + 1, len(_lines()))
            if all(_lines()[at].split(",")[place] for place in places)]


def _with(at: int, **changed: str) -> str:
    _, head = _head()
    cells = _lines()[at].split(",")
    for name, value in changed.items():
        cells[head.index(name)] = value
    return ",".join(cells)


def _cell(at: int, name: str) -> str:
    return _lines()[at].split(",")[_head()[1].index(name)]


def _number(column: str, change: Callable[[float, Random], float]) -> Callable:
    def of(random: Random):
        at = random.choice(_rows(column))
        number = change(float(_cell(at, column)), random)
        return at, [_with(at, **{column: f"{number:.2f}"})]
    return of


def _either(*of: Callable) -> Callable:
    return lambda random: random.choice(of)(random)


def _moved(days: Callable[[Random], int], column: str) -> Callable:
    def of(random: Random):
        at = random.choice(_rows(column))
        day = date.fromisoformat(_cell(at, column)) + timedelta(days=days(random))
        return at, [_with(at, **{column: day.isoformat()})]
    return of


def _bucket(random: Random):
    at = random.choice(_rows("bucket", "amount"))
    others = [code for code in ("ONE", "GRP", "MKT", "EQU", "CON") if code != _cell(at, "bucket")]
    return at, [_with(at, bucket=random.choice(others))]


def _columns(random: Random):
    at = random.choice(_rows("hours", "amount"))
    one, other = random.choice([("hours", "amount"), ("booking", "learner"), ("date", "due")])
    return at, [_with(at, **{one: _cell(at, other), other: _cell(at, one)})]


def _copied(random: Random):
    """The amount of the row above."""
    rows = _rows("amount")
    at = random.choice([at for before, at in pairwise(rows)
                        if _cell(before, "amount") != _cell(at, "amount")])
    return at, [_with(at, amount=_cell(rows[rows.index(at) - 1], "amount"))]


def _booking(random: Random):
    """The code of another booking."""
    at = random.choice([at for at in _rows("booking") if _cell(at, "event") != "booked"])
    other = random.choice(_rows("booking"))
    return at, [_with(at, booking=_cell(other, "booking"))]


def _twice(random: Random):
    at = random.choice(_rows("amount"))
    return at, [_lines()[at]] * 2


_EXPORT: Mapping[str, Callable] = {
    SIGN: _number("amount", lambda number, _: -number),
    SLIP: _either(_number("amount", lambda number, random: number * random.choice((100, 10, 0.01))),
                  _number("hours", lambda number, _: number * 60)),
    PLUG: _number("amount", lambda number, random: number + random.choice((50, 500, 5000))),
    MONTH: _either(_moved(lambda random: random.choice((30, -30)), "date"),
                   _moved(lambda random: 30, "due")),
    YEAR: _moved(lambda random: random.choice((365, -365)), "date"),
    SWAPPED: _bucket, COLUMN: _columns, COPIED: _copied, SHIFTED: _booking,
    TERM: lambda random: (random.choice(_rows("amount")), []),
    TWICE: _twice,
}


def export_faults(size: int, random: Random) -> Iterator[ExportFault]:
    kinds = list(_EXPORT)
    for number in range(size):
        kind = kinds[number % len(kinds)]
        at, new = _EXPORT[kind](random)
        lines = [*_lines()[:at], *new, *_lines()[at + 1:]]
        yield ExportFault(kind, f"line {at + 1}: {_lines()[at]} → {' and '.join(new) or 'nothing'}",
                          "\n".join(lines) + "\n")


def run_export(fault: ExportFault, folder: Path) -> Outcome:
    """Review an export with a fault, first by itself, then after the same rows were entered."""
    before = _whole()
    try:
        review = _review(fault.text)
    except InputError as error:
        return Outcome(EXPORT, fault.kind, "changed", (REFUSED,), str(error.problems[0].what),
                       fault.what)
    moved = _figures(review) != _figures(before)
    nets, said = [], ""
    if failed := check(review.plan, review).failed:
        nets, said = [CHECKS], failed[0]
    if more := [each for each in review.alerts if each not in before.alerts]:
        nets, said = [*nets, ALERTS], said or more[0]
    if moved and (told := _differs_from_log(fault.text, folder)):
        nets, said = [*nets, SENT], said or told
    return Outcome(EXPORT, fault.kind, "changed" if moved else "equal", tuple(nets), said,
                   fault.what)


@cache
def _log(folder: Path) -> bytes:
    """The log of the review of the whole export."""
    path = folder / "log"
    path.unlink(missing_ok=True)
    _review("\n".join(_lines()) + "\n", path).write()
    return path.read_bytes()


def _differs_from_log(text: str, folder: Path) -> str:
    path = folder / "log"
    path.write_bytes(_log(folder))
    try:
        again = _review(text, path)
    except InputError as error:
        return str(error.problems[0].what)
    missing = again.intake.before - _review("\n".join(_lines()) + "\n", path).intake.before
    return "entries of the log are not in the export" if missing else ""


def log_faults(size: int, random: Random) -> Iterator[LogFault]:
    """Changed lines of a log: some as they are, some with every hash made anew."""
    with TemporaryDirectory() as name:
        whole = _log(Path(name))
    lines = whole.splitlines(keepends=True)
    kinds = list(_LOG)
    for number in range(size):
        kind = kinds[number % len(kinds)]
        resealed = random.random() < 0.3
        entries = [json.loads(line) for line in lines]
        what = _LOG[kind](entries, random)
        if resealed:
            yield LogFault(kind, f"{what}, with every hash made anew", _sealed(entries), True)
        else:
            own = {entry["seq"]: line for entry, line in
                   zip(map(json.loads, lines), lines, strict=True)}
            content = b"".join(
                own[entry["seq"]] if entry == json.loads(own[entry["seq"]]) else
                json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in entries)
            yield LogFault(kind, what, content, False)


def _amount(entries: list[dict], random: Random, change: Callable[[int], int]) -> str:
    entry = random.choice([each for each in entries if each["after"]])
    name = random.choice(list(entry["after"]))
    was = entry["after"][name]
    entry["after"][name] = change(was) if change(was) != was else was + 1
    return f"entry {entry['seq']}: {name} {was} → {entry['after'][name]}"


def _exchange(entries: list[dict], random: Random) -> str:
    at = random.randrange(1, len(entries) - 1)
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    return f"entries {at} and {at + 1} exchanged"


def _remove(entries: list[dict], random: Random) -> str:
    at = random.randrange(1, len(entries) - 1)
    del entries[at]
    return f"entry {at} removed"


def _repeat(entries: list[dict], random: Random) -> str:
    at = random.randrange(1, len(entries))
    entries.insert(at, entries[at])
    return f"entry {at} twice"


def _day(entries: list[dict], random: Random) -> str:
    entry = random.choice(entries)
    was = entry["time"]
    entry["time"] = f"{int(was[:4]) + 1}{was[4:]}"
    return f"entry {entry['seq']}: {was} → {entry['time']}"


_LOG: Mapping[str, Callable] = {
    SIGN: lambda entries, random: _amount(entries, random, lambda cents: -cents),
    SLIP: lambda entries, random: _amount(entries, random, lambda cents: 100 * cents),
    PLUG: lambda entries, random: _amount(entries, random, lambda cents: cents + 5_000),
    SHIFTED: _exchange, TERM: _remove, TWICE: _repeat, YEAR: _day,
}


def _sealed(entries: list[dict]) -> bytes:
    made, last = b"", FIRST
    for number, entry in enumerate(entries):
        content = {key: value for key, value in entry.items() if key != "hash"}
        body = json.dumps({**content, "seq": number, "prev": last},
                          separators=(",", ":")).encode()
        last = digest(body)
        made += body[:-1] + f',"hash":"{last}"}}\n'.encode()
    return made


def run_log(fault: LogFault, folder: Path) -> Outcome:
    """Read a log with a fault: by itself, with the hash that was kept, and beside its export."""
    whole = _log(folder)
    path = folder / "changed_log"
    path.write_bytes(fault.content)
    nets, said = [], ""
    if word := verify(path):
        nets, said = [CHAIN], word
    try:
        review = _review("\n".join(_lines()) + "\n", path)
        if failed := check(review.plan, review).failed:
            nets, said = [*nets, CHECKS], said or failed[0]
    except InputError as error:
        if not nets:
            nets, said = [REFUSED], str(error.problems[0].what)
    kept = json.loads(whole.splitlines()[-1])["hash"]
    if word := verify(path, kept):
        nets, said = [*nets, HEAD], said or word
    return Outcome(LOG, fault.kind, "changed", tuple(nets), said, fault.what)
