"""Actual, plan, forecast and previous are told apart; a difference is colored by its effect."""


import re

import pytest
from drawings import (
    GROWING,
    MONTHS,
    both,
    cut_off,
    extent,
    filled,
    overlapping,
    shapes,
    strokes,
    words,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from model.views import charts, colors, style
from model.views.charts import layout

# Notation: actual solid, plan outlined, forecast hatched, previous light.

def marked(notation):
    """Shapes by color, and strokes, of two columns of 50 and -50 in one notation."""
    figure = charts.columns_over_months(MONTHS[:2], [50.0, -50.0], notation=notation)
    return ([shape.color for shape in shapes(figure) if shape.color != style.WHITE],
            [line for line in strokes(figure) if line.color == style.MAIN])


def test_a_plan_is_outlined_an_actual_solid_a_forecast_hatched_the_previous_light():
    colors, lines = marked(style.ACTUAL)
    assert colors == [style.MAIN, style.WARN] and not lines
    colors, lines = marked(style.PLAN)
    assert colors == [style.MAIN, style.pale(style.MAIN), style.WARN, style.pale(style.WARN)]
    assert not lines
    colors, lines = marked(style.FORECAST)
    assert colors == [style.MAIN, style.WARN] and len(lines) > 5
    assert marked(style.PREVIOUS)[0] == [style.AXIS, style.AXIS]
    with pytest.raises(ValueError, match="no notation 'dotted'"):
        marked("dotted")


def test_columns_are_plan_unless_said_otherwise():
    for figure in (charts.columns_over_months(MONTHS, GROWING),
                   charts.columns_by_year([2026], {"a": [9.0]}), charts.bars(["a"], [9.0]),
                   charts.waterfall([("a", 9.0, "flow")]),
                   charts.sources_and_uses({"a": 9.0}, {"b": 9.0}),
                   charts.side_by_side(["a", "b"], {"x": charts.Measure([9.0, 8.0], "USD")}),
                   charts.cash_runway(MONTHS[:3], [3, 2, 1], [9, 9, 9], [1, 1, 1])):
        assert filled(figure, style.pale(style.MAIN))


def test_every_mark_stands_out_from_the_page_and_its_rim_from_its_filling():
    for color in (*style.SERIES, style.WARN, style.INK, style.MUTED):
        assert style.contrast(color, style.WHITE) >= 4.5
        assert style.contrast(color, style.pale(color)) >= 3
        assert style.contrast(style.INK, style.pale(color)) >= 7
    assert style.contrast(style.AXIS, style.WHITE) >= 3
    assert style.contrast("#000000", style.WHITE) == pytest.approx(21)


def test_an_outline_ends_where_its_value_is():
    figure = charts.columns_over_months(MONTHS[:1], [50.0], notation=style.ACTUAL)
    plan = charts.columns_over_months(MONTHS[:1], [50.0])
    rims = [extent(filled(each, style.MAIN)[0]) for each in (figure, plan)]
    assert rims[0] == rims[1]
    inside = extent(filled(plan, style.pale(style.MAIN))[0])
    assert rims[1].x0 < inside.x0 and inside.x1 < rims[1].x1 and inside.y1 < rims[1].y1


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 100), st.floats(0, 100), st.floats(2, 80), st.floats(2, 80))
def test_strokes_stay_inside_their_mark(left, bottom, wide, high):
    edge = (left, bottom, left + wide, bottom + high)
    found = layout._strokes(edge)
    assert found or min(wide, high) < 4
    for (x0, y0), (x1, y1) in found:
        assert left - 1e-9 <= x0 < x1 <= left + wide + 1e-9
        assert bottom - 1e-9 <= y0 < y1 <= bottom + high + 1e-9
        assert y1 - y0 == pytest.approx(x1 - x0)


def test_base_stands_light_behind_the_columns_that_are_compared_with_it():
    figure = charts.columns_by_year([2026, 2027], {"a": [5.0, 8.0], "b": [1.0, 1.0]},
                                    reference={"a": [9.0, 0.0]})
    assert len(filled(figure, style.AXIS)) == 1
    # The label stands at its own column, not at the higher one behind.
    own = extent(filled(figure, style.MAIN)[0])
    (label,) = [box for text, box in words(figure) if text == "5"]
    assert label.y0 < extent(filled(figure, style.AXIS)[0]).y1
    assert own.x0 < (label.x0 + label.x1) / 2 < own.x1
    scale = charts.columns_by_year([2026], {"a": [5.0]}, reference={"a": [10.0]})
    tall = [extent(filled(scale, color)[0]).height
            for color in (style.AXIS, style.MAIN)]
    assert tall[0] == pytest.approx(2 * tall[1], abs=0.2)



# Side by side: effect, not sign.

def test_a_difference_is_colored_by_effect_and_says_it_without_color():
    months = charts.Measure([22, 14, None, 22, 31], "months", higher_is_better=False)
    assert months.variances(0) == [
        ("", style.MUTED), ("▲ \u22128", style.FAVORABLE), ("▼", style.UNFAVORABLE),
        ("as base", style.MUTED), ("▼ +9", style.UNFAVORABLE)]
    money = charts.Measure([293e3, 93e3, 493e3], "USD")
    assert money.variances(0)[1:] == [("▼ \u2212200.0k", style.UNFAVORABLE),
                                      ("▲ +200.0k", style.FAVORABLE)]
    assert charts.Measure([None, None, 3], "months", False).variances(0)[1:] == [
        ("", style.MUTED), ("▲", style.FAVORABLE)]


SCENARIOS = ["Base", "CAC reduction comes three months late on both sides", "Downside",
             "Managed Service at the printed rate", "Upside"]


def some_scenarios():
    return charts.side_by_side(SCENARIOS, {
        "First break-even": charts.Measure(
            [22, 24, None, 9, 31], "months", False,
            ["Oct 2027", "Dec 2027", "never", "Sep 2026", "Jul 2028"]),
        "Lowest cash, USD": charts.Measure([293e3, 290e3, -1.2e9, 0, 100e3], "USD"),
        "EBITDA 2030, USD": charts.Measure([9.8e6, 9.5e6, -2e6, 7e10, 9.8e6], "USD")},
        highlight=2, subtitle="Career mentorship marketplace · headline figures by scenario")


def some_funds():
    return charts.sources_and_uses(
        {"Opening cash, paid in before": 1e6, "Raised": 4e4},
        {"Operating losses until then": 6.3e5, "Capital spending": 1.5e5, "Working capital": -7e4,
         "Credit losses": 1e3, "Contingency": 3.29e5})


def some_runway():
    cash = [1e6 - 4e4 * i + 900 * i * i for i in range(60)]
    left = [amount / (4e4 - 1800 * i) if i < 22 else None for i, amount in enumerate(cash)]
    return charts.cash_runway(
        MONTHS, cash, left, [28 - i if i < 22 else None for i in range(60)],
        point=("2027-11", min(cash), "lowest"), reference={"Base": [8e5] * 60})


@pytest.mark.parametrize("draw", [some_scenarios, some_funds, some_runway])
def test_labels_of_the_charts_for_investors_keep_apart(draw):
    for drawn in both(draw()):
        assert overlapping(drawn) == [] and cut_off(drawn) == []


def test_scenarios_say_every_value_and_difference():
    for drawn in both(some_scenarios()):
        said = [text for text, _ in words(drawn)]
        for text in ("Oct 2027", "never", "293.0k", "9.80m", "▼ +2", "▼ \u22123.0k", "as base"):
            assert text in said
        assert "▲ better, ▼ worse than Base" in " ".join(said)
    with pytest.raises(ValueError, match="'x' has 1 values and 1 texts for 2 scenarios"):
        charts.side_by_side(["a", "b"], {"x": charts.Measure([1], "USD")})


def test_sources_and_uses_are_equally_long_and_name_every_part():
    figure = some_funds()
    ends = [max(extent(mark).x1 for mark in filled(figure, color))
            for color in (style.INK, style.MAIN)]
    assert max(ends) == pytest.approx(figure.width - 1.5, abs=0.2)
    said = [text for text, _ in words(figure)]
    for text in ("Opening cash, paid in before 1.00m", "Working capital 70.0k",
                 "Contingency 329.0k"):
        assert text in said
    # What a use brings stands above, with the sources.
    height = {text: box.y0 for text, box in words(figure)}
    assert height["Working capital 70.0k"] > height["Uses"]
    with pytest.raises(ValueError, match="sources sum to 5 USD, uses to 4"):
        charts.sources_and_uses({"a": 5}, {"b": 4})


@pytest.mark.parametrize("parts", [
    {"Operating losses until then": 630.5, "Capital spending": 150, "Contingency": 80.9},
    {"Operating losses until then": 153, "Capital spending": 173, "Working capital": 2.6,
     "Contingency": 394.4},
    {"A use with a long name": 990, "Another with a long name": 4, "A third one": 3, "Last": 3},
    {"Only one": 5}])
def test_a_label_hangs_from_its_own_part_of_the_bar(parts):
    figure = charts.sources_and_uses({"Raise": sum(parts.values())}, parts)
    for drawn in both(figure):
        bars = sorted(map(extent, filled(drawn, style.MAIN)))
        hung = [box for text, box in words(drawn) if text.startswith(tuple(parts))]
        lines = strokes(drawn)[1:]
        assert len(bars) == len(hung) == len(lines) == len(parts)
        for (left, _, right, _), box, line in zip(bars, hung, lines, strict=True):
            (at, bar), (_, end) = line.points
            assert left - 0.6 <= at <= right + 0.6
            # The line leads to this label, and on its way through no other.
            assert box.x0 - 1 <= at <= box.x1 + 2 and 0 <= end - box.y1 < 6
            assert not [other for other in hung if other is not box
                        and other.x0 < at < other.x1 and other.y1 > end and other.y0 < bar]
        assert overlapping(drawn) == [] and cut_off(drawn) == []


def test_a_runway_shorter_than_is_wanted_is_orange():
    figure = charts.cash_runway(MONTHS[:4], [9, 8, 7, 6], [3, 9, 50, None], [6, 6, 6, None])
    assert len(filled(figure, style.WARN)) == 1
    columns = filled(figure, style.MAIN)
    assert len(columns) == 1 and len(columns[0].shapes) == 2
    said = [text for text, _ in words(figure)]
    assert "3" in said and "Runway, months · dashed: what is wanted" in said
    nothing = charts.cash_runway(MONTHS[:4], [9, 8, 7, 6], [None] * 4, [None] * 4)
    assert "Runway: nothing is burned in any month" in [text for text, _ in words(nothing)]


def test_every_color_has_a_counterpart_that_is_as_clear_in_the_dark():
    """What stands out on the page, on a tint or in an outline does so in both themes."""
    dark = colors.in_the_dark()
    ground = dark[colors.WHITE]
    for color in (*colors.SERIES, colors.WARN, colors.INK, colors.MUTED):
        assert colors.contrast(dark[color], ground) >= 4.5
        assert colors.contrast(dark[color], dark[colors.TILE]) >= 4.5
        assert colors.contrast(dark[color], dark[colors.pale(color)]) >= 3
    assert colors.contrast(dark[colors.AXIS], ground) >= 3
    for tint in colors.TINTS:
        assert colors.contrast(dark[tint], dark[colors.on_ground(tint)]) >= 4.5
    for figure in (charts.columns_over_months(MONTHS, GROWING), charts.shares("abcdef", [1] * 6),
                   charts.heat_grid("ab", "cd", [[1, 2], [3, 4]], row_title="", column_title="")):
        drawn = set(re.findall(r'(?:fill|stroke)="(#[^"]*)"', charts.render(figure).decode()))
        assert drawn <= set(dark)


def test_a_trough_that_later_years_would_flatten_is_enlarged_beside_the_whole_plan():
    cash = [9e5 - 3e4 * place for place in range(21)] + [3e5 * 1.1 ** place for place in range(39)]
    figure = charts.cash_path(MONTHS, cash, unit="USD", point=("2027-09", 3e5, "lowest"))
    for drawn in both(figure):
        said = [text for text, _ in words(drawn)]
        assert {"to Dec 2028, enlarged", "the whole plan",
                "lowest: USD 300.0k, Sep 2027"} <= set(said)
        assert overlapping(drawn) == [] and cut_off(drawn) == []
        low, whole = (max(y for _, y in line.points) - min(y for _, y in line.points)
                      for line in strokes(drawn) if len(line.points) in (36, 60))
        # From its first month to the lowest the enlarged line falls by most of its height.
        near = next(line for line in strokes(drawn) if len(line.points) == 36)
        assert near.points[0][1] - near.points[20][1] > 0.4 * low and whole > 0
    plain = charts.cash_path(MONTHS, [500.0] * 60, unit="USD", point=("2027-09", 500.0, "lowest"))
    assert "the whole plan" not in [text for text, _ in words(plain)]


def test_a_value_never_stands_on_the_line_that_it_is_read_against():
    for value in (2.7, 2.83, 2.99, 3.0, 3.1):
        figure = charts.bars(["a", "b"], [value, 12.0], line=(3, "3:1"), unit="ratio")
        for drawn in both(figure):
            box = next(box for text, box in words(drawn) if text == f"{value:.2f}")
            line = next(each for each in strokes(drawn) if each.color == style.INK)
            assert not box.x0 < line.points[0][0] < box.x1


def test_a_pointer_reads_the_values_of_each_month():
    figure = charts.line_over_months(MONTHS[:3], {"Cash": [1e6, None, 3e5]}, unit="USD",
                                     reference={"Base <b>": [2e6, 1e6, 5e5]})
    titles = re.findall(r"<title>(.*?)</title>", charts.render(figure).decode())
    assert titles == ["Jan 2026: Base &lt;b&gt; USD 2.00m, Cash USD 1.00m",
                      "Feb 2026: Base &lt;b&gt; USD 1.00m",
                      "Mar 2026: Base &lt;b&gt; USD 500.0k, Cash USD 300.0k"]
