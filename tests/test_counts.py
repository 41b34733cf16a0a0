"""One of something is never written in the plural, on any page or by any command."""

import json
import re
from functools import lru_cache
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

from model.cli import main
from model.counts import count
from model.pages import comparison, open_view
from model.pages.comparison.view import Comparison

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
# Plans in which many things are one: a month of contingency, a month in a row, a month late.
ODD = [
    ("mentorship", "base", {"funding.contingency_months": 1, "breakeven.months_in_a_row": 1,
                            "mentees.marketing": {2026: 0, 2027: 0, 2028: 0, 2029: 0, 2030: 1e6}}),
    ("influencer", "rate_as_printed", {"funding.contingency_months": 1,
                                       "customers.marketing": {2026: 150_000, 2027: 0, 2028: 0,
                                                               2029: 0, 2030: 0}}),
]
# What may follow a 1 and ends with an s: verbs, and words that are no plural.
NO_PLURAL = {"is", "has", "was", "does", "this", "its", "as", "less", "plus", "times", "gives",
             "counts", "lets", "makes", "stands", "reaches", "earns", "meets", "agrees", "misses",
             "moves", "needs", "fires", "begins", "breaks", "contradicts", "differs", "holds",
             "brings", "costs", "repeats"}
_ONE = re.compile(r"(?<![\d.,/×–−-])\b1 (?:[a-z]+ )?([a-z]+s)\b")


def plurals(text):
    """Every `1 months` and `1 other months` of a text, with what stands around it."""
    return [text[max(0, found.start() - 40):found.end() + 20] for found in _ONE.finditer(text)
            if found[1] not in NO_PLURAL and found[0].split()[1] not in NO_PLURAL]


def cells(company):
    """(page, cell, what it is asked for) of every notebook of a company, but for controls."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        source = "\n".join("".join(cell["source"])
                           for cell in json.loads(path.read_text())["cells"])
        if f'"{company}"' in json.dumps(json.loads(path.read_text())["metadata"]):
            for name, asked in re.findall(r'page\.(\w+)\(view(?:, "([\w.]+)")?\)', source):
                if "controls" not in name:
                    yield path.stem, name, (asked,) if asked else ()


def test_a_count_has_its_noun():
    assert count(1, "month") == "1 month" and count(0, "month") == "0 months"
    assert count(1234, "more cell") == "1,234 more cells"
    assert count(2, "match", "matches") == "2 matches"


def test_the_search_finds_what_it_is_for():
    assert len(plurals("in 1 other months, 1 scenarios, None of the 1 conditions of 1 rules")) == 4
    assert not plurals("1 is off, 2.1 months, 11 months, 1 month, January 1, all")


@pytest.mark.parametrize(("company", "scenario", "changes"), ODD, ids=lambda given: str(given)[:12])
def test_no_page_says_one_in_the_plural(company, scenario, changes, monkeypatch, sketched):
    monkeypatch.setattr(comparison, "open_view", lru_cache(open_view))
    view, wrong = open_view(company, scenario, changes), {}
    compared = Comparison(view)
    for page, name, asked in cells(company):
        given = compared if page == "comparison" else view
        shown = getattr(import_module(f"model.pages.{page}"), name)(given, *asked)
        # Without actuals some cells show nothing.
        shown = shown._repr_html_() if shown is not None else ""
        shown = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", shown, flags=re.DOTALL)
        shown = re.sub(r"\bsrc(set)?=\"[^\"]*\"", "", shown)
        # Cells of a table are no sentence: a number and the head of the next row.
        text = unescape(re.sub(r"<[^>]+>", " | ", shown))
        if found := plurals(text):
            wrong[page, name] = found
    assert not wrong, "\n".join(f"{cell}: {said}" for cell, said in wrong.items())


def test_no_command_says_one_in_the_plural(capsys):
    for command in (["check", "influencer", "-s", "base"], ["check", "mentorship", "-s", "base"],
                    ["check", "budget", "-s", "base"],
                    ["explain", "mentorship", "fill_rate", "--set", "mentees.cac=90"]):
        main(command)
        out = capsys.readouterr()
        assert not plurals(out.out + out.err), command
