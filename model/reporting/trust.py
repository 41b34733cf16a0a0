"""The page "How far can this be trusted?": what was tried, how often, and with which result, and a
card for whoever has to sign. All of it is made from the committed record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from model.counts import count
from model.reporting.trial import (
    NOT_TRIED,
    OF_NOW,
    Caught,
    by_kind,
    by_place,
    caught,
    mark,
    record,
    state,
)
from model.views.index import TRUST
from model.views.markup import escape, tag
from model.views.page import policy, style_sheet, template_file

PAGE = "trust.html"
TITLE = TRUST
# What nobody can know to be wrong, and so is no part of any rate.
WITHIN = "a figure moved within its range"
# So many errors that came through are named.
_MOST = 12
_PARTS = {"planted": "Errors planted on purpose", "hostile": "Input that is damaged or hostile",
          "kills": "Ended by force", "alike": "The same bytes everywhere"}


def trust_html() -> str:
    """The whole page as one file."""
    found, now = record(), mark()
    content = "\n".join([
        tag("p", tag("a", "Index", href="index.html"), class_="row"), tag("h1", escape(TITLE)),
        _lead(found, now), *_planted(found.get("planted"), now),
        *_hostile(found.get("hostile"), now), *_kills(found.get("kills"), now),
        *_alike(found.get("alike"), now), *_card(found)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(TITLE)}</title>\n"
        f"<style>{style_sheet()}{template_file('index.css')}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the content</a>\n<main id="main">\n{content}\n'
        "</main>\n</body>\n</html>\n")


def _lead(found: Mapping, now: str) -> str:
    """What was tried, and whether it was this very model."""
    states = {title: state(found.get(part), now) for part, title in _PARTS.items()}
    tried = [title for title, said in states.items() if said != NOT_TRIED]
    if not tried:
        return tag("p", "Nothing has been tried yet, so this page proves nothing.")
    same = [title for title in tried if states[title] == OF_NOW]
    said = ("All of it was tried with this very model and these very assumptions."
            if len(same) == len(tried) else
            "⚠ Model or assumptions have changed since: what stands here was found of an earlier "
            "state, and proves nothing of this one." if not same else
            "⚠ Model or assumptions have changed since some of it was tried; each part says so.")
    missing = [title for title in _PARTS.values() if title not in tried]
    more = f" Not tried: {', '.join(missing).lower()}." if missing else ""
    return tag("p", escape(
        "Errors were planted on purpose, input was damaged and programs were ended by force, to "
        f"see who notices. {said}{more}"))


def _state(part: Mapping, now: str) -> str:
    one_in = part.get("one_in", 1)
    how = ("Every case was tried" if one_in == 1 else
           f"One case in {one_in} was tried, drawn at random")
    return tag("p", escape(f"{how}: {state(part, now)}."), class_="hint")


def _percent(share: float) -> str:
    """A share in percent that is never rounded up to all."""
    shown = f"{share:.1%}"
    return "99.9%" if shown == "100.0%" and share < 1 else shown.replace("100.0%", "100%")


def _planted(part: Mapping | None, now: str) -> Iterable[str]:
    yield tag("h2", _PARTS["planted"])
    if not part:
        yield tag("p", NOT_TRIED.capitalize() + ".")
        return
    whole = sum(by_place(part, WITHIN).values(), Caught())
    yield _state(part, now)
    yield tag("p", escape(
        f"{count(whole.planted, 'error')} of the kinds that people make: a wrong sign, a month "
        "off, a figure of a year where one of a month belongs. Each was planted by itself into a "
        f"copy. {whole.count:,} of them change some figure by more than a thousandth of it; the "
        "others change nothing that anybody sees, and do not count."))
    yield tag("ul", "".join(tag("li", text) for text in (
        f"{tag('b', _percent(whole.share(whole.told)))} are told of as wrong: something says "
        "where, and mostly what, when a file is read, on the page, or in the tests that a change "
        "must pass.",
        f"{tag('b', _percent(whole.share(whole.named)))} more are named, with the old and the new "
        "value or formula, by whoever compares with what was sent or entered before. Nothing says "
        "that they are wrong; to who does not compare, pages say only that they were not verified "
        "since the last change.",
        f"{tag('b', _percent(whole.share(whole.changed)))} more are seen only in that the page "
        "says: not verified since the last change.",
        f"{tag('b', _percent(whole.share(whole.escaped)))} come through: "
        f"{count(whole.escaped, 'error')}.")))
    yield _table("What became of the errors that change a figure, by where they were planted",
                 "Planted into", by_place(part, WITHIN).items())
    yield _table("The same by kind of error", "Kind", by_kind(part, WITHIN).items())
    yield tag("h3", "Who notices first")
    rows = {}
    for nets in part["nets"].values():
        for net, number in nets.items():
            rows[net] = rows.get(net, 0) + number
    yield _plain("How many errors each net was the first to tell of", ("Net", "Errors"), [
        (net.capitalize(), f"{number:,}") for net, number in
        sorted(rows.items(), key=lambda each: -each[1])])
    if within := [caught(kinds[WITHIN]) for kinds in part["places"].values() if WITHIN in kinds]:
        some = sum(within, Caught())
        yield tag("p", escape(
            f"Beside these, {count(some.count, 'assumption')} were moved a little, to another "
            "value that is as plausible. Nobody can know that such a value is wrong; "
            f"{_percent(some.share(some.count - some.escaped))} of them show in a comparison with "
            "what was sent, or as not verified."))
    if escaped := part.get("escaped"):
        rest = len(escaped) - _MOST
        items = "".join(tag("li", escape(each)) for each in escaped[:_MOST])
        more = tag("li", escape(f"and {count(rest, 'more error')}")) if rest > 0 else ""
        yield tag("details", tag("summary", "Errors that came through") + tag("ul", items + more))


def _table(caption: str, head: str, rows: Iterable[tuple[str, Caught]]) -> str:
    return _plain(caption, (head, "Planted", "Change a figure", "Told as wrong", "Named",
                            "Only “not verified”", "Come through", "Caught"), [
        (name.capitalize(), *(f"{number:,}" for number in (
            each.planted, each.count, each.told, each.named, each.changed, each.escaped)),
         _percent(each.share(each.count - each.escaped)) if each.count else "–")
        for name, each in rows])


def _plain(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names its rows."""
    top = "".join(tag("th", escape(head), scope="col") for head in heads)
    body = "".join(tag("tr", tag("th", escape(first), scope="row")
                       + "".join(tag("td", escape(cell)) for cell in cells))
                   for first, *cells in rows)
    table = tag("table", tag("caption", escape(caption)) + tag("thead", tag("tr", top))
                + tag("tbody", body))
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _hostile(part: Mapping | None, now: str) -> Iterable[str]:
    yield tag("h2", _PARTS["hostile"])
    if not part:
        yield tag("p", NOT_TRIED.capitalize() + ".")
        return
    yield _state(part, now)
    tries = sum(each["tries"] for each in part["formats"].values())
    yield tag("p", escape(
        f"{count(tries, 'file or typed value', 'files and typed values')}, each damaged at random: "
        "characters, "
        "numbers, structure. Right is a sentence that says what is wrong, or to read it where it "
        "still makes sense; wrong is a result that is no number, a crash, more than 20 seconds "
        "or 3 gigabytes, and anything written although it was refused."))
    yield _plain("What became of damaged input", (
        "Input", "Tries", "Refused in a sentence", "Read", "Nonsense taken", "Crashes",
        "Too slow", "Written although refused"), [
        (name.capitalize(), *(f"{each[key]:,}" for key in (
            "tries", "refused", "read", "nonsense", "crashes", "slow", "written")))
        for name, each in part["formats"].items()])


def _kills(part: Mapping | None, now: str) -> Iterable[str]:
    yield tag("h2", _PARTS["kills"])
    if not part:
        yield tag("p", NOT_TRIED.capitalize() + ".")
        return
    yield _state(part, now)
    yield tag("p", escape("A program was ended at a random moment, without a chance to tidy up. "
                          "Right is that each file is whole, old or new, that no process is left, "
                          "and that the next run makes the same as if nothing had happened."))
    yield _plain("What was left after a program was ended", (
        "Program", "Ended", "Half files", "Processes left", "Next run otherwise"), [
        (name.capitalize(), *(f"{each[key]:,}" for key in (
            "kills", "half", "orphans", "otherwise")))
        for name, each in part["programs"].items()])


def _alike(part: Mapping | None, now: str) -> Iterable[str]:
    yield tag("h2", _PARTS["alike"])
    if not part:
        yield tag("p", NOT_TRIED.capitalize() + ".")
        return
    yield _state(part, now)
    yield tag("p", escape("A page, a pack and a workbook were made again in other surroundings, "
                          "and compared byte by byte."))
    yield _plain("Made again in other surroundings", ("Surroundings", "Files", "Other bytes"), [
        (name.capitalize(), f"{each['files']:,}", f"{each['different']:,}")
        for name, each in part["surroundings"].items()])


def _card(found: Mapping) -> Iterable[str]:
    """A card of the model, for whoever has to sign."""
    yield tag("h2", "What it is for, and what not")
    planted = found.get("planted")
    failures = list(_KNOWN)
    if planted:
        weak = [f"{kind} ({_percent(each.share(each.count - each.escaped))})"
                for kind, each in by_kind(planted, WITHIN).items()
                if each.count and each.share(each.count - each.escaped) < 0.95]
        failures.append("Of these kinds of error fewer than 95 in 100 are caught: "
                        f"{', '.join(weak)}." if weak else
                        "Of every kind of error at least 95 in 100 are caught.")
    for title, sentences in (("Purpose", _PURPOSE), ("Limits", _LIMITS), ("Evidence", _EVIDENCE),
                             ("Known failures", failures)):
        yield tag("h3", title)
        yield tag("ul", "".join(tag("li", escape(each)) for each in sentences))


_PURPOSE = (
    "It works out what assumptions imply: income, cash, balances, break-evens and what it brings "
    "to win somebody, month by month over the years of a plan.",
    "It is made for people who want to test a plan: founders, lenders, investors and those who "
    "check them.")
_LIMITS = (
    "It is no forecast, no valuation and no advice. A figure is as good as the assumptions behind "
    "it, and most of them are estimates, which say so.",
    "Chances are shares of random draws from ranges that were chosen here, not measured odds.",
    "One tax rate stands for all tax on profit; leases, shares of staff and exchange rates are "
    "left out.")
_EVIDENCE = (
    "Every figure can be taken apart down to the assumptions behind it, with their sources.",
    "Workbooks with the same formulas are calculated by other programs and held against the "
    "model; each page says whether that was done since the last change.",
    "The tables above say how many planted errors are noticed, and by what.")
_KNOWN = (
    "A value that is wrong but plausible looks like any other. Only a comparison with what was "
    "sent before shows that it has moved.",
    "What counts as far from plan in observed figures was chosen by trying invented files: about "
    "one honest file in a hundred is asked about as well.",
    "Planted errors are of kinds that are known. They say little of kinds that nobody thought of.")
