"""The block on what decides: from which assumptions the spread of the outcomes comes."""

from __future__ import annotations

from model.analysis.uncertainty import sampling
from model.pages import frame
from model.pages.sensitivity import evidence, spread_tables
from model.pages.sensitivity.spread import OTHERS, OURS, ROWS, Found, about, spread_of
from model.pages.view import View
from model.views.blocks import Block
from model.views.formats import sentence_case

# A share of the spread that is worth a sentence.
_MATTERS = 0.05


def block(view: View) -> Block:
    """What decides the last year's EBITDA, the lowest cash and the break-even, and cash by year."""
    found = spread_of(view)
    chosen = range(len(found.outcomes) - len(found.years))
    moving = [place for place in chosen if found.spread.moves[place]]
    if not moving:
        return Block("No assumption moves an outcome within its range.")
    return Block(
        f"{_decides(view, found, moving)}{'' if found.tied else _together(view, found, moving)}"
        f"{_evidence(view, found, moving)}{evidence.sentence(view)} "
        f"{_over_years(view, found)}",
        table=[make(view, found) for make in (
            spread_tables.by_outcome, spread_tables.by_year, spread_tables.by_kind)], open=True,
        reading=f"Spread is how far apart random draws lie: their variance. {_cells(found)} "
                f"Rows of their own have the {ROWS} assumptions that by themselves move an "
                f"outcome most; the other {len(found.groups[OTHERS])} count as one. Worked out "
                f"with {found.spread.plans:,} plans. The ranges are chosen here, and so the "
                "spread is.")


def _cells(found: Found) -> str:
    """What the cells of both tables say."""
    fair = ("a fair share: what an assumption adds to the spread, on average over every order in "
            "which assumptions may become known")
    if found.tied:
        return ("Each cell says between which ends a share of it lies in at least 19 of 20 cases, "
                f"{fair}. What comes from several that go together is shared out among them, and "
                "all shares of an outcome add up to 100%.")
    return ("Each cell says between which ends a share of it lies in at least 19 of 20 cases: the "
            "share that would go if this assumption were known exactly, and the share that would "
            "be left if it alone were not known, which is more where it acts together with others. "
            f"Of cash by year it is {fair}, so that they add up to 100%. All assumptions are "
            "independent of each other.")


def _decides(view: View, found: Found, moving: list[int]) -> str:
    """Which assumption would take most of the spread of each outcome away, if it were known; or
    has most of it, where assumptions go together."""
    chief, *others = moving
    first, *second = found.ranked(chief)[:2]
    label = found.outcomes[chief].label
    if found.tied:
        said = (f"{label} is decided most by {_named(view, first)}, which has "
                f"{_chief(found, chief, first)} of its spread as its fair share")
    else:
        said = (f"{label} is decided most by {_named(view, first)}: to know it exactly would take "
                f"{_chief(found, chief, first)} of its spread away")
    said += "".join(f", and {_named(view, path)} {_chief(found, chief, path)}" for path in second)
    for place in others:
        most = found.ranked(place)[0]
        said += (f"; for {frame.inside(found.outcomes[place].label)} it is {_named(view, most)} "
                 f"({_chief(found, place, most)})")
    return f"{said}."


def _named(view: View, path: str) -> str:
    """A label within a sentence, which may have commas of its own."""
    return f"“{view.label(path)}”"


def _chief(found: Found, outcome: int, group: str) -> str:
    return found.about(found.chief, outcome, group)


def _together(view: View, found: Found, moving: list[int]) -> str:
    """What comes from an assumption only as it acts together with others, of each outcome where
    that matters and is clearly above its error: of the one of which it is most."""
    parts = []
    for place in moving:
        most = found.ranked(place, found.spread.joint)[0]
        joint, error = found.share(found.spread.joint, place, most)
        if joint >= _MATTERS and joint > 1.5 * error:
            parts.append(f"{about(joint, error)} of the spread of "
                         f"{frame.inside(found.outcomes[place].label)} comes from "
                         f"{_named(view, most)} only as it acts together with others")
    return f" {sentence_case('; '.join(parts))}." if parts else ""


def _evidence(view: View, found: Found, moving: list[int]) -> str:
    """How much would be left if all that a source gives came true exactly."""
    ours, every = len(found.ours), len(sampling.uncertain(view.assumptions))
    if not ours:
        return f" For each of the {every} assumptions a source gives a figure."
    if ours == every:
        return f" No source gives a figure for any of the {every} assumptions."
    parts = [f"{found.about(found.spread.total, place, OURS)} of that of "
             f"{frame.inside(found.outcomes[place].label)}" for place in moving]
    parts[0] = parts[0].replace("that of", "the spread of", 1)
    return (f" If all that a source gives came true exactly, there would still be "
            f"{frame.listed(parts)}: for {ours} of {every} assumptions no source gives a figure.")


def _over_years(view: View, found: Found) -> str:
    """Which assumption has most of the spread of cash, from year to year."""
    runs: list[tuple[str, list[int]]] = []
    for place, moves in enumerate(found.spread.moves):
        if place < len(found.outcomes) - len(found.years) or not moves:
            continue
        most = _leading(view, found, place)
        if runs and runs[-1][0] == most:
            runs[-1][1].append(place)
        else:
            runs.append((most, [place]))
    said = [f"by {most} {_years(found, places)}" for most, places in runs]
    return f"Cash is decided most {'; '.join(said)}." if said else ""


def _leading(view: View, found: Found, outcome: int) -> str:
    """The assumption with the greatest fair share, or two of which draws cannot tell which."""
    fair = found.spread.fair
    first, second = (found.ranked(outcome, fair) * 2)[:2]
    low, high = (ends[outcome, found.spread.groups.index(group)] for ends, group in (
        (fair.low, first), (fair.high, second)))
    # In the order of their rows, so that it stays the same from year to year.
    both = [group for group in found.groups if group in (first, second)]
    told = low > high or first == second
    return " or ".join(_named(view, group) for group in ([first] if told else both))


def _years(found: Found, places: list[int]) -> str:
    first, last = (str(found.years[place - len(found.outcomes)])
                   for place in (places[0], places[-1]))
    return f"at the end of {first}" + (f" to {last}" if first != last else "")
