"""From bookings by account to figures by line and month, as a map assigns and signs them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from model.counts import count
from model.intake.layouts import Booking, Export
from model.intake.mapping import Map
from model.params.observations import Kind, name_fault
from model.params.quantities import is_share
from model.params.yaml_file import ParamsFile
from model.problems import Problem, fail_if, nearest, quoted

# How much alike an account and one of the map are if one may be meant. [share of the letters]
_ALIKE = 0.9
# Units, beside shares and what is per something, of which two accounts do not make a sum.
_APART = frozenset({"ratio", "times", "days", "months", "month", "years", "year"})


@dataclass(frozen=True)
class Figure:
    """What the bookings of a month make of a line, in the sign of the model, and their accounts."""

    month: str
    name: str
    value: Decimal
    accounts: tuple[str, ...]
    rows: tuple[int, ...]


def figures(export: Export, found: Map, file: ParamsFile, kinds: Mapping[str, Kind],
            months: Collection[str]) -> list[Figure]:
    """The figures of an export by month, in the order of the map's lines; of all months where none
    are chosen. Raises InputError for accounts and lines that nobody knows."""
    fail_if(_wrong_lines(found, file, kinds))
    kept = [booking._replace(account=_specific(booking, found)) for booking in export.bookings]
    fail_if(_unknown(export, kept, found))
    there = sorted({booking.month for booking in kept})
    fail_if([Problem("--month", f"{export.name} has nothing of {month}; it has {there[0]} to "
                                f"{there[-1]}.") for month in months if month not in there])
    groups: dict[tuple[str, str], list[Booking]] = {}
    for booking in kept:
        if booking.account in found.accounts and (not months or booking.month in months):
            line = found.accounts[booking.account]
            groups.setdefault((booking.month, line), []).append(booking)
    fail_if(_several_balances(export, groups, kinds))
    order = {line: place for place, line in enumerate(dict.fromkeys(found.accounts.values()))}
    return [Figure(month, line, sum((-each.amount if found.is_reversed(each.account)
                                     else each.amount for each in group), Decimal(0)),
                   tuple(dict.fromkeys(each.account for each in group)),
                   tuple(each.row for each in group))
            for (month, line), group in sorted(groups.items(),
                                               key=lambda each: (each[0][0], order[each[0][1]]))]


def _specific(booking: Booking, found: Map) -> str:
    """The account as the map names it: by heading and name, where it does."""
    below = f"{booking.heading} / {booking.account}"
    known = below in found.accounts or below in found.left_out
    return below if known else booking.account


def _wrong_lines(found: Map, file: ParamsFile, kinds: Mapping[str, Kind]) -> list[Problem]:
    problems = []
    groups: dict[str, list[str]] = {}
    for account, line in found.accounts.items():
        where = file.where("accounts", account)
        if fault := name_fault(line, kinds, found.company, before=len(problems)):
            problems.append(Problem(where, f"{quoted(account)}: {fault}"))
            continue
        groups.setdefault(line, []).append(account)
        unit = kinds[line].unit
        if len(groups[line]) == 2 and (is_share(unit) or unit in _APART or "/" in unit):
            problems.append(Problem(where, f"{line} is in {unit}, and what several accounts say of "
                                           "it does not add up; keep one account of it."))
    return problems


def _unknown(export: Export, bookings: list[Booking], found: Map) -> list[Problem]:
    """Each account that the map does not name, once, with its sum."""
    sums: dict[str, list[Decimal]] = {}
    for booking in bookings:
        if booking.account not in found.accounts and booking.account not in found.left_out:
            sums.setdefault(booking.account, []).append(booking.amount)
    problems = []
    for account, amounts in sums.items():
        like = nearest(account, found.accounts, cutoff=_ALIKE, before=len(problems))
        hint = f" {like[0].upper()}{like[1:]}" if like.startswith("did") else ""
        problems.append(Problem(export.name, f"{quoted(account)} is not in the map: "
                                f"{count(len(amounts), 'amount')}, {sum(amounts, Decimal(0)):,} "
                                "together. Give it a line under accounts, or put it under "
                                f"left_out.{hint}"))
    return problems


def _several_balances(export: Export, groups: Mapping[tuple[str, str], list[Booking]],
                      kinds: Mapping[str, Kind]) -> list[Problem]:
    """Balances and KPIs do not add up: an account has one of them in a month."""
    problems = []
    for (month, line), group in groups.items():
        rows: dict[str, list[int]] = {}
        for booking in group:
            rows.setdefault(booking.account, []).append(booking.row)
        problems += [Problem(f"{export.name}:{places[1]}", f"{line} does not add up over a month, "
                             f"but {quoted(account)} has {len(places)} rows in {month} (first on "
                             f"line {places[0]}); export what it is at the end of the month.")
                     for account, places in rows.items()
                     if len(places) > 1 and not kinds[line].adds_up]
    return problems
