"""The investor report selects and orders; every sentence of it is true in every scenario."""

import json
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from published import PUBLISHED
from sweep import plans

from model.analysis.register import source as source_of
from model.analysis.unit_economics import economics, sides
from model.audit.alternatives import left_out
from model.audit.source_check import SourceCheck
from model.audit.verdicts import HOLDS
from model.companies.glossary import glossary
from model.engine.figures import MONTH, figures
from model.pages import frame, open_view, sensitivity
from model.pages import investor_report as page
from model.pages.scoreboard import period
from model.pages.sensitivity import ruin
from model.params import catalog
from model.views.blocks import Block
from model.views.formats import format_month, format_value, say

ROOT = Path(__file__).resolve().parent.parent
CELLS = ("header", "evidence", "funding_ask", "growth", "cash", "segments",
         "breakeven_months", "scenarios", "must_be_true", "risks", "register", "checks")
EXTREME = [
    ("mentorship", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", {"mentees.cac": 0.01}),
    ("mentorship", {f"mentees.{s}.churn": 1 for s in
                    ("young_pros", "career_changers", "senior_experts")}),
    ("mentorship", {"opening_cash": 0, "equity.raises": {"2026-02": 900_000}}),
    ("mentorship", {"mentees.young_pros.order_value": 30_000}),
    ("influencer", {"customers.marketing": 0}),
    ("influencer", {"tiers.basic.hourly_rate": 1e6}),
]
# As one parameter of the page that several tests look at.
VIEWS = [pytest.param(each.values, id=each.id, marks=each.marks) for each in plans({})]
VIEWS += [(company, "base", changes) for company, changes in EXTREME]


opened = lru_cache(open_view)


class Report:
    """The cells of the page for one view, each worked out once."""

    def __init__(self, view):
        self.view = view
        self.cells = {name: getattr(page, name)(view) for name in CELLS}

    def __getattr__(self, name):
        return self.cells[name]

    @property
    def charts(self):
        """Every block that has a chart, as (cell, block)."""
        return [(name, part) for name in CELLS[1:]
                for part in getattr(self.cells[name], "parts", (self.cells[name],))
                if isinstance(part, Block) and part.figure is not None]


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: "-".join(map(str, view[:2])))
def report(request):
    """A page; the scenarios beside its own are opened once for all pages."""
    company, scenario, changes = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.pages.comparison.view.open_view", opened)
        return Report(open_view(company, scenario, changes) if changes
                      else opened(company, scenario))


@pytest.fixture(scope="module")
def view(report):
    return report.view


def test_every_cell_draws_says_no_nonsense_and_the_page_is_light(report, view, request):
    whole = view.is_base
    if not whole:
        request.getfixturevalue("sketched")
    shown = {name: cell._repr_html_() for name, cell in report.cells.items()}
    assert not whole or 100_000 < sum(map(len, shown.values())) < 1_500_000
    for name, html in shown.items():
        words = re.sub(r'src(set)?="data:[^"]*"', "", html)
        words = re.sub(r"<style>.*?</style>", "", words, flags=re.DOTALL)
        for nonsense in (r"\bnan\b", r"\bNone\b(?! of the)", r"\binf\b", r"\bnp\.",
                         r"−0\b(?!\.)", r"\.\."):
            found = re.search(nonsense, words)
            assert not found, (name, words[max(0, found.start() - 80):found.end() + 20])


def test_every_chart_has_a_message_a_reading_alt_text_and_a_table(report, view):
    for name, block in report.charts:
        assert block.message and block.table is not None, name
        # Where nothing is published of the month, there is nothing to read beside it.
        assert block.reading or view.company not in PUBLISHED, name
        assert " of " in block.alt and len(block.alt) <= 260, (name, block.alt)
    # Only what must be true stands open: its table says how sure the decisive figures are.
    assert [name for name, block in report.charts if block.open] == ["must_be_true"]


def test_the_alt_texts_hold_the_figures(report, view):
    alt = dict(report.charts)
    found, projection = view.breakeven, view.projection
    assert say(found.trough_cash, "USD") in alt["cash"].alt
    assert format_month(found.trough_month) in alt["cash"].alt
    for line in ("revenue", "ebitda"):
        last = float(projection.by_year(line)[0, -1])
        assert not last or say(last, "USD") in alt["growth"].alt
    if found.first:
        assert format_month(found.first) in alt["breakeven_months"].alt
    if "funding_ask" in alt and "required raise" in alt["funding_ask"].alt:
        uses = alt["funding_ask"].table.columns["Amount"]
        assert sum(uses[:-1]) == pytest.approx(uses[-1])
        assert say(uses[-1], "USD") in alt["funding_ask"].alt


def test_the_head_says_the_outcome_four_figures_and_how_many_alerts(report, view):
    head, alerts = report.header.parts[0], view.checks.alerts
    assert head.headline == frame.sentence(view.projection)
    assert len(head.tiles) == 4
    assert all(tile.compared for tile in head.tiles[1:]) or not view.profile.published
    assert not head.alerts
    counted = [fact for fact in head.facts if fact.endswith(", among the risks below")]
    assert len(counted) == bool(alerts)
    assert not counted or counted[0].startswith(f"{len(alerts)} alert")


def test_bad_news_stands_below_the_four_figures(report, view):
    note = report.header.parts[1]
    likely, ways, drawn, *rest = note.items
    # The shares are those of the fan further down, which is drawn once for both.
    found = sensitivity.odds(view)
    said = sensitivity.share_of(found.short)
    assert said in ways and said.split(" of ")[0] in report.must_be_true.parts[2].message
    assert sensitivity.share_of(found.reached) in ways and "no measured odds" in drawn
    assert ("as planned" in likely) == (view.breakeven.first is not None)
    assert sensitivity.share_of(found.earns).split(" of ")[0] in likely
    year, goal = view.projection.years[0], 3
    found = {}
    for side in sides(view.company):
        found |= {glossary(view.company).segment(one): economics(view.projection, side, one)
                  for one in side.segments}
        found[f"all {side.name}"] = economics(view.projection, side)
    below = [f"{label} ({format_value(float(one.ltv_to_cac[0, 0]), 'ratio')})"
             for label, one in found.items() if one.ltv_to_cac[0, 0] < goal]
    said = [item for item in rest if "below the goal" in item]
    both = [item for item in rest if "the mentor counted" in item]
    left_out = [item for item in rest if "leaves costs out" in item]
    printed = [item for item in rest if "beyond the plausible ranges" in item]
    assert len(said) == bool(below) and all(one in said[0] for one in below)
    assert not said or (said[0].count("(") == len(below) and str(year) in said[0])
    bound = {"mentorship": 9, "influencer": 12, "subscription": 9}[view.company]
    high = [one for label, one in found.items()
            if label.startswith("all ") and one.ltv_to_cac[0, 0] > bound]
    good = [item for item in rest if "looks too good" in item]
    assert len(good) == len(high)
    hours = [item for item in rest if "pay for delivery spread" in item]
    assert len(hours) <= ("staff_hours" in view.projection)
    assert len(rest) == sum(map(len, (said, both, good, left_out, printed, hours)))
    for item, one in zip(good, high, strict=True):
        assert f"LTV:CAC of {float(one.ltv_to_cac[0, 0]):.2f} " in item
        assert f"{float(one.customer_months[0, 0]):.1f} billed months" in item


def test_the_page_says_what_the_company_does(report, view):
    head = report.header.parts[0]
    assert head.about == view.assumptions.about != ""
    assert head.html.index(view.assumptions.about[:40]) < head.html.index('"fm-headline"')
    assert "<img" not in replace(head, about="<img src=x>").html


def test_the_share_of_estimates_stands_near_the_top(report, view):
    changed = view.assumptions.changed
    kinds = ["scenario" if path in changed else entry.kind
             for path, entry in view.assumptions.entries.items()]
    assert kinds.count("scenario") == len(changed)
    message = report.evidence.message
    evidence, ours = (sum(kinds.count(kind) for kind in pair) for pair in (
        ("published", "derived"), ("estimate", "calibrated")))
    assert f"Of {len(kinds)} assumptions {evidence} are published or follow" in message or (
        not evidence and message.startswith(f"Of {len(kinds)} assumptions "))
    assert f"{format_value(ours / len(kinds), 'fraction')} are estimates or calibrated" in message
    cells = json.loads((ROOT / "notebooks" / "investor_report.ipynb").read_text())["cells"]
    calls = re.findall(r"page\.(\w+)\(", "".join("".join(cell["source"]) for cell in cells))
    assert calls[:2] == ["header", "evidence"]
    # Scenarios and levers are two blocks of one cell.
    assert set(calls) == {*CELLS, "controls", "what_if", "words"} - {"scenarios"}


def test_the_sentence_on_earnings_knows_its_cases(report, view):
    ebitda, years = view.projection.by_year("ebitda")[0], view.projection.years
    message = report.growth.message
    if not view.projection.by_year("revenue").any():
        assert "no revenue in any year" in message
    elif (ebitda > 0).all():
        assert "above zero in every year" in message
    elif not (ebitda > 0).any():
        assert "above zero in no year" in message
    else:
        assert f"first above zero in {years[int(np.argmax(ebitda > 0))]} " in message


def test_the_runway_is_counted_as_the_alert_counts_it(report, view):
    left, wanted, whole = (figures(view.projection).kpi(name, MONTH)[0]
                           for name in ("lasting_runway", "runway_needed", "runway"))
    message, _, counted = report.cash.message.partition(" With all burn counted, runway ")
    assert bool(counted) == (not np.array_equal(left, whole, equal_nan=True))
    if counted:
        assert say(float(np.nanmin(whole)), "months") in counted
    if not np.isfinite(left).any():
        assert "burned over no three months, so there is no runway to run out" in message
        return
    assert "Runway without dated purchases is shortest in" in message
    assert say(float(np.nanmin(left)), "months") in message
    spare = view.assumptions.series["funding.contingency_months"].values[0, 0]
    short = int(np.sum((left < wanted) & (wanted > spare)))
    every = int(np.isfinite(left).sum())
    said = ("in every month with a runway it" if short == every
            else f"in {short} of the {every} months with a runway it")
    assert (said in message) == ("than is wanted" in message and "nowhere" not in message)
    assert ("it is shorter than is wanted" in message) == (short > 0)


def test_scenarios_stand_side_by_side(report, view):
    block = report.scenarios
    said = [text.text for text in block.figure.texts]
    others = [opened(view.company, name) for name in catalog.scenarios(view.company)]
    lows = [other.breakeven.trough_cash for other in others]
    for other in others:
        if other.is_base and other.assumptions.scenario != "base":
            continue
        first = other.breakeven.first
        assert (format_month(first) if first else "never") in said
        assert format_value(other.breakeven.trough_cash, "USD") in said
    if not view.changes:
        assert say(min(lows), "USD") in block.alt


def test_what_decides_is_shown_with_how_sure_it_is(report, view):
    decide = report.must_be_true.parts[0]
    kinds, sure = decide.table.columns["Source"], decide.table.columns["Confidence in source"]
    by_label = {entry.label: (path, entry) for path, entry in view.assumptions.entries.items()}
    for label, kind, confidence in zip(decide.table.labels, kinds, sure, strict=True):
        path, entry = by_label[label]
        own = path in view.assumptions.changed
        known = f"{entry.kind}, carried on" if entry.printed_for else entry.kind
        assert (kind, confidence) == ("scenario" if own else known, entry.confidence)
    ours = sum(kind in ("estimate", "calibrated") for kind in kinds)
    assert f"most, {ours} " in decide.message
    assert f"confidence in the source is low for {sure.count('low')}." in decide.message


def test_every_alert_is_said_once_and_claims_are_held_against_base(report, view):
    published = view.company in PUBLISHED
    alerts, *_, rules, claims = (*report.risks.parts, *([] if published else [None]))
    wanted = [alert for alert in view.checks.alerts if not alert.startswith(("A5 ", "A15 "))]
    calendar = view.projection.calendar
    assert list(alerts.items) == [f"{frame.spoken(alert, calendar)}." for alert in wanted]
    printed = left_out(view.projection)
    enough = ruin.sentence(view)
    assert len(report.risks.parts) == 2 + published + bool(printed) + bool(enough)
    assert not enough or report.risks.parts[1 + bool(printed)].text == enough
    if printed:
        labels = " ".join(report.risks.parts[1].table[0].labels)
        assert all(found.printed in labels for found in printed)
    for outcome in period.outcomes(view):
        if outcome.fired and not outcome.rule.favorable:
            assert outcome.condition in rules.message
    found = SourceCheck(view.base).findings.values()
    assert not published or claims.table.labels == [
        f.claim.label for f in found if f.verdict not in HOLDS]


def test_what_a_reader_sees_has_no_code_no_path_and_no_month_of_a_file(report, view):
    for cell in (report.header, report.must_be_true, report.risks, report.scenarios):
        found = re.search(r"\b[AR]\d{1,2}\b|\b20\d\d-(\d\d|Q\d)\b|\b[a-z]+_[a-z]+\b|"
                          r"\b[a-z]+\.[a-z_]+", cell.text)
        assert not found, cell.text[max(0, found.start() - 60):found.end() + 20]


def test_nothing_points_to_what_is_on_another_page(report):
    assert "further below" not in report.breakeven_months.reading


def test_the_register_has_every_assumption_with_its_source(report, view):
    table = report.register.table
    entries, changed = view.assumptions.entries, view.assumptions.changed
    assert list(table.labels) == [entry.label for entry in entries.values()]
    for path, source in zip(entries, table.columns["Source"], strict=True):
        own = source_of(view.assumptions, path)
        if path not in changed:
            assert source == own
        elif view.changes:
            assert source == f"a change of this notebook. In base: {own}"
        else:
            assert source.startswith(f"this scenario: {view.assumptions.scenario_why[:-1]}")
            assert source.endswith(f". In base: {own}")
        assert own.startswith(entries[path].source.partition(";")[0])
    if view.company == "influencer":
        assert "word in the scenario Managed Service at the printed rate; after" in str(
            table.columns["Source"])
    entries = entries.values()
    low = sum(entry.confidence == "low" for entry in entries)
    assert f"confidence in the source is low for {low} of them" in report.register.message
    assert "not say how likely" in report.register.reading
