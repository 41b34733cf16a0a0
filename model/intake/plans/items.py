"""The rows of one assumption, as changes of it in the model's units and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from model.counts import count
from model.intake.plans import doubts, units
from model.intake.plans.mapping import PlanMap
from model.intake.plans.reading import ALL_TIME, PlanRow, PlanTable
from model.params import openings
from model.params.assumptions import Assumptions
from model.params.calendar import MONTHS_PER_YEAR, Calendar
from model.params.entry import Entry
from model.params.overlay import is_season
from model.params.quantities import is_annual, is_share
from model.params.values import EVEN, SEASON
from model.problems import InputError, quoted

# The most rows of an assumption whose cells are named.
_MOST_ROWS = 4


@dataclass(frozen=True)
class Item:
    """An assumption, or the season of one, as the rows of a file give it: the changes that say it,
    and where in the file each of them stands. `target` is the assumption, `where` all of its cells,
    and `times` are those of the plan that they say something of; `kept` are months of dated amounts
    that the file does not name, and that stay as they are; `by_month` is a level that the file
    gives by month."""

    path: str
    target: str
    changes: Mapping[str, object]
    places: Mapping[str, str]
    where: str
    times: tuple[str, ...]
    kept: tuple[str, ...] = ()
    by_month: bool = False


class Rows:
    """The rows of one assumption, of whose times those are `known` that the plan has."""

    def __init__(self, file: PlanTable, found: PlanMap, plan: Assumptions, path: str,
                 rows: Sequence[PlanRow], known: set[str]):
        self.file, self.map, self.plan, self.path, self.rows = file, found, plan, path, rows
        self.of_season = is_season(path, plan.entries)
        self.target = path.removesuffix(f".{SEASON}") if self.of_season else path
        self.entry: Entry = plan.entries[self.target]
        self.calendar: Calendar = plan.calendar
        self.known = known
        self.where = self._cells()

    def _cells(self, *times: str) -> str:
        """Where the amounts of all rows stand, or those at some times."""
        more = len(self.rows) - _MOST_ROWS
        return "; ".join(self.file.cells(row, *times) for row in self.rows[:_MOST_ROWS]) + (
            f"; {count(more, 'more row')}" if more > 0 else "")

    def fail(self, row: PlanRow, what: str, *times: str) -> InputError:
        where = f"{self.file.table.name}, {self.file.cells(row, *times)}"
        return InputError.of(where, f"{quoted(row.name)} {what}")

    def item(self) -> Item | None:
        """The item of the rows; None where all of their times are outside. Raises InputError."""
        self._check_rows()
        amounts = self._amounts()
        if not amounts:
            return None
        if self.of_season:
            changes: dict[str, object] = {self.path: self._season(amounts)}
        elif ALL_TIME in amounts:
            changes = {self.path: float(amounts[ALL_TIME])}
        elif self.entry.form == "month":
            changes = {self.path: self._dated(amounts)}
        else:
            changes = self._level(amounts)
        times = tuple(sorted(amounts))
        return Item(self.path, self.target, changes, {
            change: self._cells(time) if (time := change.removeprefix(f"{self.path}.")) in amounts
            else self.where for change in changes}, self.where, times, self._kept(amounts),
            self.entry.form != "month" and any("-" in time for time in times))

    # What rows say --------------------------------------------------------------------------------

    def _check_rows(self) -> None:
        first, *others = self.rows
        if others and (self.of_season or not units.adds_up(self.entry)):
            raise self.fail(others[0], f"and {quoted(first.name)} are both {self.path}, which is "
                                       f"in {self.entry.shown_unit} and does not add up; keep one "
                                       "of the two.")
        for row in others:
            if row.amounts.keys() != first.amounts.keys():
                raise self.fail(row, f"and {quoted(first.name)} are added up as {self.path}, but "
                                     "have amounts in different columns; type 0 where there is "
                                     "nothing.")
        for row in self.rows:
            if self.of_season and len({each.is_percent for each in row.amounts.values()}) > 1:
                raise self.fail(row, "is a season, of which some months are in percent and others "
                                     "are not; write all of them alike.")
            if ALL_TIME in row.amounts and len(row.amounts) > 1:
                raise self.fail(row, "has one number for the whole plan, and amounts over time as "
                                     "well; keep one of the two.")

    def _amounts(self) -> dict[str, Decimal]:
        """The amounts at times of the plan, in the model's unit, all rows added up."""
        sums: dict[str, Decimal] = {}
        headcounts, silent = [], []
        for row in self.rows:
            times = [time for time in row.amounts if time in self.known]
            word = self._unit(row, times)
            headcounts.append(word == units.HEADCOUNT)
            silent += [] if word else [row]
            for time in times:
                sums[time] = sums.get(time, Decimal(0)) + self._amount(row, time, word)
        if not self.of_season:
            self._check_scale(sums, silent)
        if not any(headcounts) or not sums:
            return sums
        if not all(headcounts):
            raise self.fail(self.rows[headcounts.index(False)],
                            "says who joins and leaves, and "
                            f"{quoted(self.rows[headcounts.index(True)].name)} is a headcount of "
                            f"{self.path} as well; give both in one of the two.")
        return self._joining(sums)

    def _unit(self, row: PlanRow, times: Sequence[str]) -> str:
        """The unit of a row, in the words of map or file; empty for the model's own. Raises
        InputError where it is said nowhere and may be another one."""
        if self.of_season:
            return ""
        word = self.map.units.get(row.name, self.map.units.get(self.path, row.unit))
        by_month = any("-" in time for time in times)
        if not word and units.is_open(self.entry, by_month):
            raise self.fail(row, "does not say its unit: add it under units in the map; "
                                 f"{units.choices(self.entry, self.plan.currency)}")
        if by_month and is_annual(self.entry.unit):
            self._check_grain(row, word, times)
        if is_share(self.entry.unit) and word.startswith(("percent", "%")):
            self._check_percent(row, word, times)
        return word

    def _amount(self, row: PlanRow, time: str, word: str) -> Decimal:
        """An amount in the model's unit and sign."""
        number, is_percent, _ = row.amounts[time]
        if self.of_season:
            return number
        if is_percent and not is_share(self.entry.unit):
            raise self.fail(row, f"is written with %, but {self.target} is in "
                                 f"{self.entry.shown_unit}; type the amount.", time)
        if word:
            try:
                factor = units.factor(word, self.entry, self.plan.currency, self._months(time))
            except ValueError as error:
                raise self.fail(row, str(error)) from None
            # A percent sign has made a fraction of it already.
            number *= 1 if is_percent else factor
        return -number if self.map.is_reversed(row.name) else number

    def _months(self, time: str) -> int | None:
        """How many months a column has; None for what holds for the whole plan, and for a year that
        the plan has in part, of which an amount may be that of all of it or of the part."""
        if "-" in time:
            return 1
        whole = time != ALL_TIME and self.calendar.whole(int(time))
        return MONTHS_PER_YEAR if whole else None

    def _check_percent(self, row: PlanRow, word: str, times: Sequence[str]) -> None:
        """Raise InputError where cells in percent may be fractions that are shown in percent."""
        bare, shown = ([float(row.amounts[time].number) for time in times
                        if row.amounts[time].is_percent == sign] for sign in (False, True))
        usual = float(self.plan.monthly(self.target).mean())
        if doubt := doubts.percents(bare, shown, usual, word, self.entry):
            raise self.fail(row, doubt)

    def _check_grain(self, row: PlanRow, word: str, times: Sequence[str]) -> None:
        """Raise InputError where amounts that are said to be those of a year may be of a month, or
        the other way round."""
        years = sorted(time for time in times if "-" not in time)
        if years and word.endswith("/month"):
            each = word.removesuffix("/month")
            raise self.fail(row, f"is in {word} and has months and years, so {years[0]} may be the "
                                 f"amount of a month or of the year; make its unit {each}, that of "
                                 "the month or year of each column, or empty its years, which then "
                                 "stay as they are in the plan.", *years)
        if not word.endswith("/year"):
            return
        months = {time: abs(float(self._amount(row, time, word))) for time in row.amounts
                  if "-" in time and time in self.known}
        if doubt := doubts.grain(months, word, self.plan, self.entry):
            raise self.fail(row, doubt)

    def _check_scale(self, sums: Mapping[str, Decimal], silent: Sequence[PlanRow]) -> None:
        """Raise InputError where rows that are `silent` about their unit may be in thousand."""
        amounts = {time: float(amount) for time, amount in sums.items()}
        if silent and (doubt := doubts.thousands(amounts, self.plan, self.target)):
            raise self.fail(silent[0], doubt)

    def _joining(self, there: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Who joins or leaves, from how many are there at the end of each month, all rows added
        up."""
        row = self.rows[0]
        if any("-" not in time for time in there):
            raise self.fail(row, "is a headcount, which needs columns of months; give those, or "
                                 "who joins and leaves, in FTE.")
        places = sorted(map(self.calendar.labels.index, there))
        self._check_gaps(row, places)
        opening = f"{openings.SECTION}.headcount.{self.path.split('.')[-2]}"
        before = Decimal(0)
        if opening in self.plan.entries:
            before += Decimal(repr(float(self.plan.monthly(opening)[0, 0])))
        before += sum((Decimal(repr(float(hired))) for hired in
                       self.plan.monthly(self.path)[:places[0], 0]), Decimal(0))
        joining = {}
        for place in places:
            month = self.calendar.labels[place]
            joining[month], before = there[month] - before, there[month]
        return joining

    # What becomes of it ---------------------------------------------------------------------------

    def _season(self, amounts: Mapping[str, Decimal]) -> object:
        """Twelve weights, from those of the months of one year or more."""
        row, weights = self.rows[0], {}
        for time, amount in amounts.items():
            if "-" not in time:
                raise self.fail(row, "is a season, which needs columns of months; give those.",
                                time)
            if weights.setdefault(int(time[5:]), amount) != amount:
                raise self.fail(row, f"is a season, but its month {int(time[5:])} weighs "
                                     f"{weights[int(time[5:])]:,f} and {amount:,f}; a season is "
                                     "alike in every year.", time)
        if len(weights) < MONTHS_PER_YEAR:
            raise self.fail(row, f"is a season of {len(weights)} months; give all twelve.")
        return [float(weights[month]) for month in sorted(weights)]

    def _dated(self, amounts: Mapping[str, Decimal]) -> dict[str, float]:
        """Dated amounts; in months that the file does not name, those of the plan stay."""
        if years := [time for time in amounts if "-" not in time]:
            raise self.fail(self.rows[0], f"happens once, so {years[0]} does not say when; give "
                                          "columns of months.", years[0])
        value = self.plan.settings[self.path].value
        dated = {month: value[month] for month in self._kept(amounts)} | {
            month: float(amount) for month, amount in amounts.items() if amount}
        return {month: dated[month] for month in sorted(dated)} or {min(amounts): 0.0}

    def _kept(self, amounts: Mapping[str, Decimal]) -> tuple[str, ...]:
        """Months with dated amounts in the plan that the file does not name."""
        dated = self.plan.settings[self.target].value if self.entry.form == "month" else {}
        return tuple(month for month, amount in dated.items() if amount and month not in amounts)

    def _level(self, amounts: Mapping[str, Decimal]) -> dict[str, object]:
        """The changes of a level: all of it where the file names every month, or else those times
        that it names."""
        labels, row = self.calendar.labels, self.rows[0]
        values: dict[int, float] = {}
        for time, amount in amounts.items():
            for place in range(len(labels))[self.calendar.months_of(int(time))] \
                    if "-" not in time else [labels.index(time)]:
                if place in values:
                    raise self.fail(row, f"says {labels[place]} twice, by the month and by the "
                                         "year; keep one, or put a column of sums under totals.")
                values[place] = float(amount)
        self._check_gaps(row, sorted(values))
        seasonal = self.path in self.plan.weights
        grains = {"-" in time for time in amounts}
        # Beside years, which the season of the plan spreads, single months are as they are said.
        if len(values) < len(labels) or (seasonal and len(grains) > 1):
            return {f"{self.path}.{time}": float(amount)
                    for time, amount in sorted(amounts.items())}
        found: dict[str, object] = {self.path: whole(
            [values[at] for at in sorted(values)], self.entry, self.calendar)}
        if seasonal and True in grains:
            found[f"{self.path}.{SEASON}"] = list(EVEN)
        return found

    def _check_gaps(self, row: PlanRow, places: Sequence[int]) -> None:
        gap = next((at for at in range(places[0], places[-1]) if at not in set(places)), None)
        if gap is not None:
            raise self.fail(row, f"says nothing of {self.calendar.labels[gap]}, between what it "
                                 "says; type 0 or a number.")


def whole(values: Sequence[float], entry: Entry, calendar: Calendar) -> object:
    """The values of all months as somebody would type them: one number, years, or months where they
    differ within a year. Each year is named, so that nothing looks like amounts of a month."""
    if len(set(values)) == 1:
        return values[0]
    years = {str(year): values[calendar.months_of(year)] for year in calendar.years}
    if all(len(set(months)) == 1 for months in years.values()):
        return {year: months[0] for year, months in years.items()}
    firsts = {calendar.months_of(year).start: str(year) for year in calendar.years}
    after = [*values[1:], values[-1]]
    return {firsts.get(at, label): value
            for at, (label, value) in enumerate(zip(calendar.labels, values, strict=True))
            # Between two months that are alike nothing but the same can be filled in.
            if at in firsts or value != values[at - 1]
            or (entry.between != "step" and value != after[at])}
