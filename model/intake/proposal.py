"""A first map of a file, with ? where its reader has to decide."""

from __future__ import annotations

import difflib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from model.companies.glossary import glossary
from model.counts import count
from model.folders import relative
from model.intake import recognition, totals
from model.intake.amounts import AmountForm
from model.intake.layouts import bookings
from model.intake.mapping import UNKNOWN, Columns, Map, Total, words_of
from model.intake.recognition import Shape, forms_of
from model.intake.table import (
    Table,
    bytes_of,
    encoding_of,
    is_workbook,
    read_table,
    sheets_of,
    text_of,
)
from model.params.observations import Kind
from model.problems import InputError, Problem, fail_if, visible

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_.])?")
_TRUTHS = frozenset({"true", "false", "null"})
# How much alike an account and the label of a line are. [share of the letters]
_ALIKE = 0.8
_LONGEST, _LONGEST_NAME = 60, 300
_MOST_HEADINGS = 6
_MONTH = "2000-01"


def proposal(path: Path, company: str, kinds: Mapping[str, Kind]) -> str:
    """The text of a map for a file. Raises InputError for a file that is no table."""
    table, written = read(path)
    shape = recognition.shape(table)
    if shape is None:
        raise InputError.of(table.name, "has no line with names of columns above its figures, so "
                                        "no map can be proposed; give it one, or write the map by "
                                        "hand.")
    if not recognition.has_figures(shape):
        raise InputError.of(table.name, "has no figures below its first line of names, so it is no "
                                        "export; name the file that your program exported.")
    if "account" in shape.places:
        place = shape.places["account"]
        fail_if([Problem(table.where(row.number), f"has an account of {length:,} characters; is "
                         "that the column of accounts?") for row in shape.below
                 if (length := len(words_of(row.cell(place)))) > _LONGEST_NAME])
    return Proposal(table, shape, company, kinds, written).text()


def read(path: Path) -> tuple[Table, dict[str, str]]:
    """The table of a file, and how a map says that it is written. Raises InputError for a file that
    is no table."""
    raw, name = bytes_of(path), relative(path)
    if is_workbook(raw):
        sheet = _largest_sheet(path)
        return read_table(path, ",", "utf-8", sheet), {"sheet": sheet}
    encoding = encoding_of(raw)
    separator = recognition.separator(text_of(name, raw, encoding))
    return (read_table(path, separator, encoding, None),
            {"separator": separator, "encoding": encoding})


def _largest_sheet(path: Path) -> str:
    sheets = sheets_of(path)
    return words_of(max(sheets, key=lambda title: len(sheets[title]), default=""))


def word(text: str) -> str:
    """A text as YAML reads it back."""
    bare = _PLAIN.fullmatch(text) and text.lower() not in _TRUTHS
    return text if bare else visible(json.dumps(text, ensure_ascii=False))


class Proposal:
    """What is known of a file, and what is asked."""

    def __init__(self, table: Table, shape: Shape, company: str, kinds: Mapping[str, Kind],
                 written: Mapping[str, str]):
        self.table, self.shape, self.company, self.kinds = table, shape, company, kinds
        self.written = written
        places, wide = shape.places, shape.layout == "wide"
        amounts = shape.months if wide else [places[key] for key in ("amount", "debit", "credit")
                                             if key in places]
        self.amounts = forms_of(recognition.AMOUNTS, [cell for cell in shape.cells(*amounts)
                                                     if not isinstance(cell, int)])
        periods = [shape.header.cell(place) for place in shape.months] if wide else \
            shape.cells(places["period"]) if "period" in places else []
        self.dates = forms_of(recognition.DATES, periods)
        terms = glossary(company)
        self.labels = {terms.label(line).casefold(): line for line, kind in kinds.items()
                       if kind.observable and "." not in line and line in terms.terms}

    def text(self) -> str:
        found = self._map()
        rules = self._rules(found)
        sums = self._sums(found.model_copy(update={"totals": rules}))
        accounts = self._accounts(found, rules)
        lines = [
            f"# Proposed from {visible(self.table.name)}. Nothing is imported before each ? is "
            "answered.",
            f"company: {self.company}", f"layout: {self.shape.layout}", *self._written_lines(),
            *self._amount_lines(), *self._date_lines(), *self._column_lines(),
            "accounts:  # an account and its line or KPI; what is not wanted goes under left_out",
            *(self._account(account, name, sums.get(account, [])) for account, name in
              accounts.items()),
            *self._sign_lines(accounts, sums),
            *self._total_lines(rules),
            f"left_out: {words(self._left_columns())}"]
        return "\n".join(lines) + "\n"

    # What the file is -----------------------------------------------------------------------------

    def _map(self) -> Map:
        """A map by which the file can be looked through; forms that are asked for are the first
        that fit."""
        amount = self.amounts[0] if self.amounts else recognition.AMOUNTS[0]
        columns = {key: place + 1 for key, place in self.shape.places.items()}
        return Map.model_construct(
            company=self.company, layout=self.shape.layout, header=(self.shape.header.number,),
            decimal=amount.decimal, thousands=amount.thousands,
            dates=(self.dates[0] if self.dates else recognition.DATES[0]).form,
            columns=Columns.model_construct(**columns), accounts={}, signs={}, totals={},
            left_out=self._left_columns())

    def _lines(self, found: Map) -> list[totals.Line]:
        form, lines = found.amount_form, []
        for row in self.shape.below:
            text = row.cell(self.shape.places.get("account", 0))
            with suppress(ValueError):
                amounts = tuple(form.amount(row.cell(place)) for place in self.shape.months)
                indent = len(text) - len(text.lstrip()) if isinstance(text, str) else 0
                lines.append(totals.Line(row.number, words_of(text), indent, amounts))
        return lines

    def _rules(self, found: Map) -> dict[str, Total]:
        """The rows that in every month are what some headings make, added and taken off."""
        lines = self._lines(found) if self.shape.layout == "wide" else []
        width = len(self.shape.months)
        rules: dict[str, Total] = {}
        for line in lines:
            if line.is_empty or totals.is_called_total(line.name):
                continue
            # What follows adds up no total that was found above it.
            found = found.model_copy(update={"totals": rules})
            parts = {name: part for heading in lines if heading.is_empty and (
                part := totals.part_of(lines, name := heading.name, found))}
            own = {name: totals.sums_of([each for each in part if each.row < line.row], width)
                   for name, part in parts.items() if any(each.row < line.row for each in part)}
            if rule := _rule(line, own):
                rules[line.name] = rule
        return rules

    def _sums(self, found: Map) -> dict[str, list[Decimal]]:
        """The amounts of each account, if the file can be read by what fits it."""
        sums: dict[str, list[Decimal]] = {}
        columns = self._columns()
        if len(self.amounts) == 1 and columns <= self.shape.places.keys():
            with suppress(InputError):
                for booking in bookings(self.table, found, _MONTH).bookings:
                    sums.setdefault(booking.account, []).append(booking.amount)
        return sums

    def _accounts(self, found: Map, rules: Mapping[str, Total]) -> dict[str, str]:
        """Each account once, with a text that stands beside its first row."""
        if "account" not in self.shape.places:
            return {}
        place, accounts = self.shape.places["account"], {}
        ends = self.shape.months[0] if self.shape.months else None
        figures = self.shape.months or [at for key, at in self.shape.places.items()
                                        if key in ("amount", "debit", "credit")]
        for row in self.shape.below:
            name = words_of(row.cell(place))
            if not name or name in accounts or name in rules or totals.is_total(name, found) or \
                    not any(words_of(row.cell(at)) for at in figures):
                continue
            beside = (words_of(cell) for at, cell in enumerate(row.cells[:ends])
                      if at not in self.shape.places.values() and isinstance(cell, str)
                      and any(map(str.isalpha, cell)))
            accounts[name] = next(filter(None, beside), "")
        return accounts

    def _columns(self) -> set[str]:
        """The columns that the map has to name."""
        if self.shape.layout == "wide":
            return {"account"}
        sides = {"debit", "credit"}
        return {"account", "period"} | (sides if sides <= self.shape.places.keys()
                                        and "amount" not in self.shape.places else {"amount"})

    def _left_columns(self) -> tuple[str, ...]:
        """Columns of a wide file that are neither accounts nor months nor totals."""
        if self.shape.layout == "long":
            return ()
        known = {*self.shape.months, self.shape.places["account"]}
        return tuple(dict.fromkeys(
            name for place, cell in enumerate(self.shape.header.cells)
            if place not in known and (name := words_of(cell))
            and not totals.is_called_total(name)))

    # What the map says ----------------------------------------------------------------------------

    def _written_lines(self) -> Iterator[str]:
        yield from (f"{key}: {word(value)}" for key, value in self.written.items())
        yield f"header: {self.shape.header.number}"

    @staticmethod
    def _total_lines(rules: Mapping[str, Total]) -> Iterator[str]:
        if rules:
            yield "totals:"
        for name, rule in rules.items():
            yield f"  {word(name)}: {{plus: {words(rule.plus)}, minus: {words(rule.minus)}}}"

    def _amount_lines(self) -> Iterator[str]:
        forms = self.amounts or [None]
        if len(forms) == 1 and forms[0]:
            yield f"decimal: {word(forms[0].decimal)}"
            yield f"thousands: {word(forms[0].thousands)}"
            return
        yield f"decimal: {word(UNKNOWN)}  # {self._asked(self.amounts)}"
        yield f"thousands: {word(UNKNOWN)}"

    def _asked(self, forms: Sequence[AmountForm]) -> str:
        """A cell that forms read otherwise, and how each reads it."""
        places = self.shape.months or list(self.shape.places.values())
        for cell in self.shape.cells(*places):
            with suppress(ValueError):
                read = [form.amount(cell) for form in forms]
                if len(set(read)) > 1:
                    return visible(f"is {words_of(cell)} " + " or ".join(
                        f"{amount:,f} ({form.words})"
                        for form, amount in zip(forms, read, strict=True)) + "?")
        return ("no amount has decimals; which sign would stand before them?" if forms else
                "which sign stands before decimals, and which between thousands?")

    def _date_lines(self) -> Iterator[str]:
        if self.shape.layout == "long" and "period" not in self.shape.places:
            return
        if len(self.dates) == 1:
            yield f"dates: {word(self.dates[0].form)}"
        else:
            forms = " or ".join(form.form for form in self.dates) or "such as DD.MM.YYYY"
            yield f"dates: {word(UNKNOWN)}  # which form do dates have, {forms}?"

    def _column_lines(self) -> Iterator[str]:
        names = [words_of(cell) for cell in self.shape.header.cells]
        places = dict(self.shape.places)
        yield "columns:"
        for key in sorted(self._columns(), key=list(Columns.model_fields).index):
            place = places.get(key)
            if place is None:
                yield (f"  {key}: {word(UNKNOWN)}  # which of "
                       f"{visible(', '.join(filter(None, names)))}?")
            else:
                name = names[place]
                yield f"  {key}: {word(name) if names.count(name) == 1 and name else place + 1}"

    def _account(self, account: str, beside: str, amounts: Sequence[Decimal]) -> str:
        notes = [beside[:_LONGEST]] if beside else []
        if amounts:
            notes.append(f"{count(len(amounts), 'amount')}, {sum(amounts, Decimal(0)):,f} together")
        comment = f"  # {visible(': '.join(notes))}" if notes else ""
        return f"  {word(account)}: {word(self._line(account, beside))}{comment}"

    def _line(self, *texts: str) -> str:
        """The line whose label is most like one of the texts, if any is."""
        for text in texts:
            for label in difflib.get_close_matches(text.casefold(), self.labels, 1, _ALIKE):
                return self.labels[label]
        return UNKNOWN

    def _sign_lines(self, accounts: Mapping[str, str],
                    sums: Mapping[str, Sequence[Decimal]]) -> Iterator[str]:
        """Lines that are positive in the model and, all accounts together, not in the file."""
        together: dict[str, Decimal] = {}
        for account, beside in accounts.items():
            if (line := self._line(account, beside)) != UNKNOWN:
                together[line] = together.get(line, Decimal(0)) + sum(sums.get(account, ()))
        turned = [line for line, amount in together.items()
                  if amount < 0 and self.kinds[line].sign == "plus"]
        if turned:
            yield "signs:"
            yield from (f"  {line}: reversed" for line in turned)
        else:
            yield "signs: {}  # costs are positive in the model; {marketing: reversed} turns them"


def words(names: Sequence[str]) -> str:
    return f"[{', '.join(map(word, names))}]"


def _rule(line: totals.Line, sums: Mapping[str, totals.Amounts]) -> Total | None:
    """What headings make a line in every column: the fewest, and two at least."""
    names = list(sums)[:_MOST_HEADINGS]
    for signs in sorted(itertools.product((0, 1, -1), repeat=len(names)),
                        key=lambda each: sum(map(abs, each))):
        if sum(map(abs, signs)) < 2:
            continue
        made = tuple(sum((sign * sums[name][at] for name, sign in zip(names, signs, strict=True)),
                         Decimal(0)) for at in range(len(line.amounts)))
        if any(made) and all(amount is not None and amount == other
                             for amount, other in zip(line.amounts, made, strict=True)):
            return Total(plus=[name for name, sign in zip(names, signs, strict=True) if sign == 1],
                         minus=[name for name, sign in zip(names, signs, strict=True)
                                if sign == -1])
    return None
