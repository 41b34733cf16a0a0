"""What has changed from one pack to another: assumptions, actuals, formulas, figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from model.packs.assumptions import AssumptionChange, changed_assumptions, horizon
from model.packs.pack import ACTUALS, DEFINITIONS, FORMULAS, TIES, Pack
from model.packs.record import FORECAST
from model.packs.steps import Way, ways
from model.params.actuals_file import ActualsFile, Row
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.params.entry import Covenant, Terms
from model.problems import InputError
from model.tolerance import near
from model.views.formats import format_month, format_value, sentence_case


@dataclass(frozen=True)
class Difference:
    """Something with a name that was changed, added or removed (`what`), and what it said before
    and after, empty for nothing. `label` is how readers call it."""

    name: str
    what: str
    old: str
    new: str
    label: str = ""


@dataclass(frozen=True)
class Figure:
    """A headline or, of a `period`, a KPI, before and after, with its verdicts; None is never or
    undefined. `what` is changed, or added or removed where one of the packs does not have it."""

    name: str
    label: str
    unit: str
    old: float | str | None
    new: float | str | None
    period: str = ""
    verdicts: tuple[str, str] = ("", "")
    what: str = "changed"

    @property
    def differs(self) -> bool:
        if self.what != "changed":
            return True
        if isinstance(self.old, str) or isinstance(self.new, str) or None in (self.old, self.new):
            return self.old != self.new
        return not near(self.old, self.new)


@dataclass(frozen=True)
class OtherYears:
    """Years of which nothing is compared, by their names: those that one pack `alone` has, and
    those that have `others` for months in both."""

    alone: tuple[tuple[str, ...], tuple[str, ...]]
    others: tuple[str, ...]

    def sentences(self, one: str, other: str) -> list[str]:
        """In words, without points, by what the packs are called."""
        return [f"{where}, so not compared: {', '.join(years)}" for where, years in (
            (f"only in {one}", self.alone[0]), (f"only in {other}", self.alone[1]),
            (f"with other months in {one} than in {other}", self.others)) if years]


@dataclass(frozen=True)
class Comparison:
    """Two packs of a company, and what differs between them.

    head           differences of the plan as a whole: scenario, horizon, years, day that it is as
                   of, correlations, and assumptions of an older workbook that nobody can name
                   any more
    actuals        rows, and the last close
    missing        what a pack does not hold, so that it is not compared, in words
    years          those of which no headline and no KPI is compared
    ways           of each headline, in steps; none where months or years differ
    """

    one: Pack
    other: Pack
    head: tuple[Difference, ...]
    assumptions: tuple[AssumptionChange, ...]
    actuals: tuple[Difference, ...]
    formulas: tuple[Difference, ...]
    definitions: tuple[Difference, ...]
    missing: tuple[str, ...]
    years: OtherYears
    headlines: tuple[Figure, ...]
    kpis: tuple[Figure, ...]
    ways: tuple[Way, ...]

    def as_dict(self) -> dict:
        """All of it in types of JSON."""
        return {
            **{key: {"name": pack.name, **{name: pack.record.get(name) for name in
                                           ("made", "as_of", "version", "commit", "python",
                                            "company", "scenario", "closed")},
                     "missing": list(pack.missing)}
               for key, pack in (("from", self.one), ("to", self.other))},
            "head": list(map(asdict, self.head)),
            "not_compared": self.years.sentences(self.one.name, self.other.name),
            "assumptions": [asdict(change) for change in self.assumptions],
            **{name: list(map(asdict, getattr(self, name)))
               for name in ("actuals", "formulas", "definitions", "headlines", "kpis")},
            "bridges": [{**asdict(way), "steps": [{"what": what, "amount": amount}
                                                  for what, amount in way.steps.items()]}
                        for way in self.ways]}


def compare(one: Pack, other: Pack) -> Comparison:
    """What differs between two packs. Raises InputError for packs of two companies."""
    if one.company != other.company:
        raise InputError.of("compare-packs", f"{one.name} is a pack of {one.company} and "
                            f"{other.name} one of {other.company}; name two of one company.")
    holds = {what: not any(what in pack.missing for pack in (one, other))
             for what in (ACTUALS, FORMULAS, DEFINITIONS)}
    formulas = tuple(_formulas(one, other)) if holds[FORMULAS] else ()
    actuals = tuple(_actuals(one, other)) if holds[ACTUALS] else ()
    years, shared = _years(one, other)
    return Comparison(
        one, other, tuple(_head(one, other)), changed_assumptions(one.plan, other.plan), actuals,
        formulas, tuple(_definitions(one, other)) if holds[DEFINITIONS] else (),
        tuple(f"{pack.name} holds no {what}" for pack in (one, other) for what in pack.missing),
        years, tuple(_headlines(one, other, shared)), tuple(_kpis(one, other, shared)),
        ways(one, other, bool(formulas) or not holds[FORMULAS], bool(actuals)))


def _head(one: Pack, other: Pack) -> Iterator[Difference]:
    plans = one.plan, other.plan
    for name, said in (("scenario", [plan.scenario for plan in plans]),
                       ("horizon", [horizon(plan.calendar) for plan in plans]),
                       ("years", [_years_in_words(plan.calendar.reported) for plan in plans]),
                       ("as of", [pack.record["as_of"] for pack in (one, other)])):
        if said[0] != said[1]:
            yield Difference(name, "changed", *map(str, said))
    if not any(TIES in pack.missing for pack in (one, other)):
        yield from _ties(*plans)
        yield from _financing(*plans)
    for pack, what in ((one, "removed"), (other, "added")):
        for path, value in pack.gone.items():
            yield Difference(path, what, *((value, "") if what == "removed" else ("", value)))


def _ties(old: Assumptions, new: Assumptions) -> Iterator[Difference]:
    """Pairs of assumptions that go together otherwise than before."""
    before, after = ({frozenset(each.between): each for each in plan.correlations}
                     for plan in (old, new))
    for pair in dict.fromkeys((*before, *after)):
        ranks = [found[pair].rank if pair in found else 0 for found in (before, after)]
        if ranks[0] != ranks[1]:
            one, other = ((new if path in new.entries else old).entries[path].label
                          for path in sorted(pair))
            yield Difference(f"correlation of {one} with {other}", "changed",
                             *(f"{rank:g}" if rank else "none" for rank in ranks))


def _financing(old: Assumptions, new: Assumptions) -> Iterator[Difference]:
    """Terms of money and demands of lenders that are other ones than before."""
    plans = [plan.financing for plan in (old, new)]
    for name, found in (
            ("terms of the money of", [{each.month: each for each in of.terms} for of in plans]),
            ("demand of lenders:", [{each.of: each for each in of.covenants} for of in plans])):
        for key in dict.fromkeys((*found[0], *found[1])):
            said = [_stated(each[key]) if key in each else "none" for each in found]
            if said[0] != said[1]:
                yield Difference(f"{name} {key.replace('_', ' ')}", "changed", *said)


def _stated(each: Terms | Covenant) -> str:
    """What terms or a demand say, but for their source, in one line."""
    said = each.model_dump(exclude={"month", "of", "source", "note"}, exclude_defaults=True)
    said |= {"milestone": " ".join(map(str, said["milestone"].values()))} \
        if "milestone" in said else {}
    return ", ".join(str(value) if key == "kind" else
                     f"{key} {value:,.12g}" if isinstance(value, float) else f"{key} {value}"
                     for key, value in said.items())


def _years_in_words(calendar: Calendar) -> str:
    if calendar.year_starts == 1:
        return "calendar years"
    return (f"years from {format_value(calendar.year_starts, 'month of year')}, named after the "
            f"calendar year in which they {calendar.year_named}")


def _years(one: Pack, other: Pack) -> tuple[OtherYears, set[str]]:
    """The years of reports that are not the same in both packs, and the numbers of those that
    are."""
    old, new = ({str(int(year)): (str(year), span) for year, span in
                 pack.plan.calendar.reported.spans.items()} for pack in (one, other))
    shared = {year for year in old.keys() & new.keys() if old[year][1] == new[year][1]}
    alone = tuple(tuple(label for year, (label, _) in these.items() if year not in those)
                  for these, those in ((old, new), (new, old)))
    return OtherYears(alone, tuple(label for year, (label, _) in new.items()
                                   if year in old and year not in shared)), shared


def _actuals(one: Pack, other: Pack) -> Iterator[Difference]:
    files = one.plan.actuals, other.plan.actuals
    closed = [file.closed[0] if file and file.closed else "" for file in files]
    if closed[0] != closed[1]:
        yield Difference("closed to", "changed", *closed, "Last closed month")
    terms = {**one.record["definitions"], **other.record["definitions"]}
    for found in _of_mappings(*({key: _row_text(row) for key, row in _rows(file).items()}
                                for file in files)):
        period, _, name = found.name.partition(" ")
        said = terms.get(f"line {name}") or terms.get(f"KPI {name}") or {}
        yield replace(found, label=f"{said.get('label', name)}, {format_month(period)}")


def _rows(file: ActualsFile | None) -> dict[str, Row]:
    return {f"{row.period} {row.name}": row for row in (file.rows if file else ())}


def _row_text(row: Row) -> str:
    return f"{row.text} ({row.note})" if row.note else row.text


def _of_mappings(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """What differs between two mappings of texts, in the order of the newer one."""
    for name, said in new.items():
        if name not in old:
            yield Difference(name, "added", "", said)
        elif old[name] != said:
            yield Difference(name, "changed", old[name], said)
    for name, said in old.items():
        if name not in new:
            yield Difference(name, "removed", said, "")


def _formulas(one: Pack, other: Pack) -> Iterator[Difference]:
    """The lines whose formula differs, in words; in full where the words are the same."""
    old, new = (pack.record["formulas"] for pack in (one, other))
    for found in _of_mappings(*({key: each["formula"] for key, each in formulas.items()}
                                for formulas in (old, new))):
        before, after = (formulas.get(found.name, {}) for formulas in (old, new))
        said = [each.get("words", "") for each in (before, after)]
        said = said if said[0] != said[1] else [found.old, found.new]
        yield Difference(found.name, found.what, *said, (after or before)["label"])


def _definitions(one: Pack, other: Pack) -> Iterator[Difference]:
    """What is said otherwise of a line, a KPI or a rule; what comes or goes as a whole, once."""
    old, new = (pack.record["definitions"] for pack in (one, other))
    for key in dict.fromkeys((*new, *old)):
        label = str((new.get(key) or old.get(key) or {}).get("label", sentence_case(key)))
        if key not in old or key not in new:
            said = ("", label) if key in new else (label, "")
            yield Difference(key, "added" if key in new else "removed", *said, label)
            continue
        for found in _of_mappings(*({name: _text(value) for name, value in each.items()}
                                    for each in (old[key], new[key]))):
            yield replace(found, name=key, label=f"{label}, {found.name}")


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return f"{value:,.12g}" if isinstance(value, float) else str(value)


def _headlines(one: Pack, other: Pack, shared: Collection[str]) -> Iterator[Figure]:
    old, new = (pack.record["headlines"] for pack in (one, other))
    for name in dict.fromkeys((*new, *old)):
        year = name.rpartition("_")[2]
        if year.isdigit() and year not in shared:
            continue
        each = new.get(name) or old[name]
        # Where nothing was closed yet, what was expected is what was planned.
        pair = [values.get(name) or values.get(name.removeprefix(FORECAST), {})
                for values in (old, new)]
        yield Figure(name, each["label"], each["unit"], *(one.get("value") for one in pair),
                     what=_what(*pair))


def _what(old: Mapping, new: Mapping) -> str:
    return "changed" if old and new else "added" if new else "removed"


def _kpis(one: Pack, other: Pack, shared: Collection[str]) -> Iterator[Figure]:
    """The KPIs of each year whose value or verdict differs, or that one pack alone has."""
    old, new = (pack.record["kpis"] for pack in (one, other))
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name, {}), new.get(name, {})
        for year in sorted({*before, *after} & {*shared}):
            pair = before.get(year, {}), after.get(year, {})
            said = pair[1] or pair[0]
            figure = Figure(name, said["label"], said["unit"],
                            *(each.get("value") for each in pair), year,
                            tuple(each.get("status", "") for each in pair), _what(*pair))
            if figure.differs or figure.verdicts[0] != figure.verdicts[1]:
                yield figure
