"""Where a plan stands among its draws, and each chance with its standard error."""

import json

import numpy as np
import pytest
from scipy import stats

from model.analysis.uncertainty.chances import CASH, FIRST, OUT, TROUGH, Share
from model.analysis.uncertainty.chances import figures as chance_figures
from model.analysis.uncertainty.standing import standings
from model.companies import COMPANIES
from model.engine import javascript
from model.engine.headlines import Headline
from model.engine.parity import engine
from model.pages import investor_report, live, open_view
from model.pages import sensitivity as page
from model.pages.sensitivity.shares import error_of, percent
from model.views.formats import format_month

EBITDA = Headline("ebitda", 2026)


def figures(first, out, ebitda, trough, cash):
    return {FIRST: np.array(first), OUT: np.array(out), EBITDA: np.array(ebitda),
            TROUGH: np.array(trough), CASH: np.array(cash)}


def counts(draws, plan):
    return [(each.good.count, each.worse.count) for each in standings(draws, plan, [2026])]


def test_four_draws_by_hand():
    """Draws break even in months 5, 7 and never, and in 4 after cash ran out in 3."""
    draws = figures([5, 7, 0, 4], [0, 9, 2, 3], [10, 20, 30, 40], [1, 2, 3, 4], [9, 8, 7, 6])
    plan = figures([5], [0], [20], [4], [9.5])
    assert counts(draws, plan) == [(1, 3), (3, 1), (1, 3), (0, 4)]
    # In month 6 two draws were better, one in time alone.
    assert counts(draws, figures([6], [0], [20], [4], [9]))[0] == (1, 3)
    # A plan that never breaks even, or after cash has run out, is better than none.
    assert counts(draws, figures([0], [0], [20], [4], [9]))[0] == (2, 0)
    assert counts(draws, figures([5], [5], [20], [4], [9]))[0] == (1, 0)
    # By less than a cent's part a figure is no worse.
    assert counts(draws, figures([5], [0], [20 + 1e-9], [4], [9]))[1] == (3, 1)


@pytest.mark.parametrize(("count", "size", "told", "error"), [
    (310, 1000, "about 31%", "1.5 points"), (3, 1000, "about 0.3%", "0.2 points"),
    (2, 100_000, "about 0.002%", "0.001 points"), (0, 1000, "0%", "under 0.3 points"),
    (1000, 1000, "100%", "under 0.3 points")])
def test_a_share_and_its_error_have_no_digit_too_many(count, size, told, error):
    share = Share(count, size)
    assert (percent(share), error_of(share)) == (told, error)


def test_errors_are_those_of_a_library():
    assert 100 * Share(310, 1000).error == pytest.approx(
        100 * stats.binom(1000, 0.31).std() / 1000)
    # With no draw of a thousand, a chance above 0.3% is ruled out in 19 of 20 cases.
    assert stats.binom(1000, 0.003).pmf(0) == pytest.approx(0.05, abs=0.001)


@pytest.mark.parametrize("company", COMPANIES)
def test_the_table_is_counted_draw_by_draw(company):
    view = open_view(company)
    drawn, table = page.draws(view).projection, page.plan_chances(view).table
    rows = dict(zip(table.labels, zip(*table.columns.values(), strict=True), strict=True))
    assert len(rows) == len(view.years) + 4
    for place, year in enumerate(view.years):
        own = view.projection.by_year("ebitda")[0, place]
        as_good = drawn.by_year("ebitda")[:, place] >= own
        better = int(sum(as_good))
        _, good, error, worse = rows[f"At or above the plan's EBITDA of {year}"]
        assert (good, worse) == (percent(Share(better, 1000)), percent(Share(1000 - better, 1000)))
        blocks = as_good.reshape(20, 50).mean(axis=1)
        assert error == error_of(Share(better, 1000, stats.sem(blocks)))
    lowest = drawn["unrestricted_cash"].min(axis=1)
    below = int(sum(lowest < view.projection["unrestricted_cash"].min() - 1e-6))
    assert rows["At or above the plan's lowest cash"][3] == percent(Share(below, 1000))
    assert rows["Cash below zero in some month"][1] == percent(Share(int(sum(lowest < 0)), 1000))
    said = page.plan_chances(view).message
    assert said.startswith("The plan's own place among its draws: it is better in first break-even "
                           "than about ")
    assert f"in lowest cash than {percent(Share(below, 1000))} of them" in said


def test_both_pages_begin_with_it_and_a_plan_that_never_breaks_even_says_so():
    view = open_view("mentorship")
    for own in (page.header(view), investor_report.header(view)):
        assert own.parts[2].table is page.plan_chances(view).table
        assert own.parts[2].message == page.standing.sentence(view, page.draws(view))
    view = open_view("mentorship", changes={"mentees.match_rate": 0.05})
    table = page.plan_chances(view).table
    assert table.labels[0] == "First break-even, without cash having run out before"
    assert table.columns["The plan has"][0] == "never"
    assert table.columns["Draws that do worse"][0] == "0%"
    assert "first break-even" not in page.plan_chances(view).message
    assert table.columns["The plan has"][-1] == format_month(view.breakeven.out_of_cash)


@pytest.mark.parametrize("changes", [{}, {"opening_cash": 300_000}, {"mentees.match_rate": 0.05}])
def test_the_page_counts_the_same_draws_again(changes):
    """A plan that breaks even, one that runs out of cash before, one that never does."""
    view = open_view("mentorship", changes=changes)
    table, runs = page.plan_chances(view).table, page.draws(view)
    every = standings(chance_figures(runs.projection, view.years),
                      chance_figures(view.projection, view.years), view.years)
    wanted = [[each.good.count, each.worse.count] for each in every]
    asked = [line.split("|")[1:] for line in table.row_lines]
    assert asked[-1] == ["share:short", ""]
    years = list(map(str, view.years))
    calls = [[(*word.removeprefix("share:").split("."), years.index(label[-4:])
               if label[-4:] in years else 0) for word in row]
             for label, row in zip(table.labels[:-1], asked[:-1], strict=True)]
    # What browsers have and V8 by itself has not.
    clone = "const structuredClone = (value) => JSON.parse(JSON.stringify(value));"
    data = live.data(view)
    data["spreads"] |= {path: lever[6] for path, lever in data["levers"].items()}
    scripts = live._scripts((*live._CHANCES, ("model.pages.live", "draws.js"), *live._PROOF))
    with engine(javascript.script(view.assumptions), clone, scripts,
                f"const told = new Proof({live._text(data)});") as racer:
        found = json.loads(racer.eval(f"JSON.stringify({json.dumps(calls)}.map((row) => row.map("
                                      "(call) => Math.round(1000 * shareOf(told, ...call)))))"))
        short = racer.eval("Math.round(1000 * shareOf(told, 'short'))")
    assert found == wanted
    assert short == page.odds(view).short.count
