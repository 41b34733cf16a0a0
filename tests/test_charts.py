"""Charts draw the same bytes twice, survive any data, and no label covers another."""

import itertools
import xml.etree.ElementTree as ElementTree

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

from model.views import charts, style
from model.views.charts import layout
from model.views.charts.sheet import tick_text

HOSTILE = r"$\frac{1}{0}$ <b> & ]]> --> " + "\u202e\x00\ud800" + "漢"

# What another test left open may be collected while a chart is drawn, and is none of its faults.
STRICT = ("error", "ignore::ResourceWarning")


def every_chart(values, label="Cash", unit="USD"):
    """One figure of each kind from about any values."""
    months = MONTHS[: len(values)]
    first = values[0] if values else None
    point = (months[0], first, label) if months else None
    yield charts.line_over_months(
        months, {label: values, "b": values}, unit=unit, subtitle=label, point=point,
        markers=[(months[0], label)] if months else [], reference={"Base " + label: values})
    yield charts.outlook(months, values[:3], values, [first] * len(values), unit=unit,
                         subtitle=label, markers=[(months[0], label)] if months else [])
    yield charts.columns_over_months(months, values, unit=unit, subtitle=label,
                                     markers=[(m, label) for m in months[:3]])
    yield charts.columns_by_year(range(2026, 2026 + len(values[:5])), {label: values[:5]},
                                 unit=unit, subtitle=label)
    flows = [(label, value, "flow") for value in values[:5]]
    yield charts.waterfall(flows, unit=unit, subtitle=label)
    labels = [f"{label}{place}" for place in range(len(values[:6]))]
    yield charts.bars(labels, values[:6], unit=unit, line=(3, label),
                      reasons=dict.fromkeys(labels, label))
    yield charts.tornado([(one, label, label, value, first) for one, value in
                          zip(labels, values, strict=False)], first, unit=unit, subtitle=label)
    yield charts.fan(months, {0.05: values, 0.5: values, 0.95: values}, base=values, unit=unit)
    yield charts.heat_grid(labels, [label, "b"], [[value, None] for value in values[:6]],
                           row_title=label, column_title=label, unit=unit,
                           base=(0, 0) if labels else None)
    yield charts.small_multiples(months, {label: values, "b": values}, values, unit=unit)
    yield charts.indicators(months, {label: (values, values, unit), "b": (values, [None], "")},
                            subtitle=label)
    yield charts.intervals([(each, value, first, value, label)
                            for each, value in zip(labels, values, strict=False)],
                           unit=unit, zero=label or "zero", subtitle=label)
    yield charts.cash_runway(months, values, values, values, unit=unit,
                             subtitle=label, point=point, reference={label: values})
    amounts = dict(zip(labels, (value if value and abs(value) < 1e200 else 0
                                for value in values[:6]), strict=False))
    yield charts.sources_and_uses(amounts, {label or "b": sum(
        value if value == value else 0 for value in amounts.values())}, unit=unit, subtitle=label)
    yield charts.side_by_side(labels, {f"{label} panel": charts.Measure(values[:6], unit),
                                       "b": charts.Measure(values[:6], unit, False, labels)},
                              subtitle=label, highlight=0) if labels else charts.shares([], [])
    yield charts.columns_by_year(range(2026, 2026 + len(values[:5])), {label: values[:5]},
                                 unit=unit, reference={label: values[1:6]}, notation="forecast")
    yield charts.state_strips(months, {label: ["bad"] * len(values), "b": [label] * len(values)},
                              texts=[label, ""], subtitle=label)
    yield charts.shares(labels, [abs(value) if value else value for value in values[:6]],
                        unit=unit, subtitle=label)


def test_two_renders_are_equal():
    for one, other in zip(every_chart(GROWING), every_chart(GROWING), strict=True):
        assert charts.render(one) == charts.render(other)
        assert charts.render(one) == charts.render(one)


def test_the_svg_is_small_and_has_no_date_or_version():
    for figure in every_chart(GROWING):
        svg = charts.render(figure)
        assert len(svg) < 60_000
        assert b"metadata" not in svg
        assert b"atplotlib" not in svg


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * 60,
        [-5e4] * 60,
        [None] * 60,
        [float("nan"), 1.0, float("inf"), None, 2.0],
        [1.0, 2.0, 3.0, 1e12, 2.0],
        [1e300, -1e300, 5.0],
        [1e-12, 2e-12],
        [7.0],
        [],
    ],
    ids=["zeros", "negative", "none", "gaps", "one enormous", "absurd", "tiny", "single", "empty"],
)
@pytest.mark.filterwarnings(*STRICT)
def test_every_chart_draws_extreme_data(values):
    for figure in every_chart(values):
        for drawn in both(figure):
            ElementTree.fromstring(charts.render(drawn))
            assert cut_off(drawn) == []


@pytest.mark.parametrize("label", [HOSTILE, "x" * 10_000, "", "W" * 60])
@pytest.mark.filterwarnings(*STRICT)
def test_no_label_is_mathematics_markup_or_too_wide(label):
    for figure in every_chart(GROWING[:24], label):
        for drawn in both(figure):
            ElementTree.fromstring(charts.render(drawn))
            assert cut_off(drawn) == []


@pytest.mark.parametrize(
    "places",
    [(21, 21, 21), (21, 22, 23), (0, 0, 59), (57, 58, 59), (59, 59, 59), (0, 1, 58), (40, 44, 50),
     (30, 31, 55, 58)],
)
def test_marker_labels_never_collide(places):
    names = ("first month", "operating", "cumulative", "payback of capital")
    markers = [(MONTHS[place], name) for place, name in zip(places, names, strict=False)]
    for figure in (charts.columns_over_months(MONTHS, GROWING, unit="USD", markers=markers),
                   charts.line_over_months(MONTHS, {"Cash": GROWING}, unit="USD",
                                           markers=markers)):
        for drawn in both(figure):
            assert overlapping(drawn) == []
            assert cut_off(drawn) == []
            said = " ".join(text for text, _ in words(drawn))
            assert all(name in said for _, name in markers)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(20, 160)), min_size=1, max_size=5))
def test_flags_keep_apart(markers):
    lines, widths = zip(*markers, strict=True)
    placed = layout.flags(lines, widths, 0, 520)
    for one, other in itertools.permutations(placed, 2):
        assert one.row != other.row or one.right <= other.left or other.right <= one.left
        if one.row <= other.row and one.on_right:
            assert not one.left < other.line < one.right


@settings(max_examples=60)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_spread_keeps_gaps_order_and_bounds(wanted):
    placed = layout.spread(wanted, 12, 0, 100)
    ordered = sorted(placed)
    assert ordered[0] >= -1e-9
    assert ordered[-1] <= 100 + 1e-9
    assert all(b - a >= 11.99 for a, b in itertools.pairwise(ordered))
    pairs = sorted(zip(wanted, placed, strict=True))
    assert [place for _, place in pairs] == sorted(placed)


def test_spread_leaves_distant_labels_alone():
    assert layout.spread([10.0, 50.0, 90.0], 12, 0, 100) == [10.0, 50.0, 90.0]
    assert layout.spread([50.0, 50.0], 12, 0, 100) == [44.0, 56.0]


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_end_labels_do_not_overlap(width):
    series = {f"Segment {place}": [1e5 + place for _ in MONTHS] for place in range(3)}
    figure = charts.line_over_months(MONTHS, series, unit="USD")
    assert overlapping(figure if width == "wide" else figure.for_phone()) == []
    fan = charts.fan(MONTHS, dict.fromkeys((0.05, 0.25, 0.5, 0.75, 0.95), GROWING), base=GROWING,
                     unit="USD")
    assert overlapping(fan if width == "wide" else fan.for_phone()) == []


def test_a_waterfall_must_add_up():
    steps = [("Revenue", 100.0, "subtotal"), ("Costs", -40.0, "flow"), ("EBITDA", 61.0, "subtotal")]
    with pytest.raises(ValueError, match=r"'EBITDA' is 61 USD, but .* add up to 60 USD"):
        charts.waterfall(steps, unit="USD")
    with pytest.raises(ValueError, match="kind 'total'"):
        charts.waterfall([("Revenue", 1.0, "total")])


def test_a_waterfall_says_signs_and_levels():
    steps = [("Revenue", 100e3, "subtotal"), ("Costs", -40e3, "flow"), ("Grant", 5e3, "flow"),
             ("EBITDA", 65e3, "subtotal")]
    said = {text for text, _ in words(charts.waterfall(steps, unit="USD"))}
    assert {"100.0k", "\u221240.0k", "+5.0k", "65.0k"} <= said


def test_an_outlier_bar_is_cut_and_says_its_value():
    figure = charts.bars(["a", "b", "c"], [2.0, 3.2, 90.0], unit="ratio", line=(3, "target 3:1"))
    said = {text for text, _ in words(figure)}
    assert {"2.00", "3.20", "90.00 (bar cut)", "target 3:1"} <= said
    plain = charts.bars(["a", "b"], [2.0, 5.0], unit="ratio")
    assert not any("cut" in text for text, _ in words(plain))


def test_an_undefined_bar_gives_its_reason():
    figure = charts.bars(["a", "b"], [2.0, None], unit="ratio", reasons={"b": "no churn"})
    assert "– no churn" in {text for text, _ in words(figure)}


def test_a_tornado_draws_ten_longest_first_and_sums_up_the_rest():
    rows = [(f"row {place}", "low", "high", -1e3 * place, 1e3 * place) for place in range(1, 13)]
    said = [text for text, _ in words(charts.tornado(rows, 0.0, unit="USD"))]
    assert [text for text in said if text.startswith("row")] == [
        f"row {place}" for place in range(12, 2, -1)]
    assert "2 more assumptions span at most 4.0k from end to end" in said


def test_a_tornado_names_an_outcome_that_does_not_exist():
    rows = [("churn", "2.0%", "9.0%", 20.0, None), ("price", "30", "60", 15.0, 40.0)]
    said = [text for text, _ in words(charts.tornado(rows, 25.0, unit="months"))]
    assert "9.0%: never" in said
    assert said.index("churn") < said.index("price")


def test_a_heat_grid_says_each_cell_in_a_color_that_can_be_read():
    figure = charts.heat_grid(["a", "b"], ["x", "y"], [[1.0, None], [3.0, 9.0]], row_title="r",
                              column_title="c", unit="ratio", base=(1, 0))
    said = {text for text, _ in words(figure)}
    assert {"1.00", "3.00", "9.00", "never"} <= said
    for ground in style.TINTS:
        assert style.contrast(ground, style.on_ground(ground)) >= 4


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_heat_grid_may_leave_cells_out(width):
    def drawn(never):
        figure = charts.heat_grid(["Q1 2026", "Q2 2026"], [1, 12], [[0.2, 1.1], [0.3, None]],
                                  row_title="quarter", column_title="month of life",
                                  never=never, unit="ratio")
        return figure if width == "wide" else figure.for_phone()

    def cells(figure):
        return sum(len(shape.shapes) for shape in shapes(figure))
    assert (cells(drawn("never")), cells(drawn(""))) == (4, 3)
    assert {"0.20", "0.30", "1.10", "12", "Q2 2026"} <= {text for text, _ in words(drawn(""))}
    assert overlapping(drawn("")) == [] and cut_off(drawn("")) == []


def test_shares_name_every_part_and_refuse_negative_ones():
    figure = charts.shares(["published", "estimate", "decision"], [3, 1, 0])
    said = {text for text, _ in words(figure)}
    assert {"published 3 (75.0%)", "estimate 1 (25.0%)", "None: decision 0 (0%)"} <= said
    with pytest.raises(ValueError, match="'a' is -1"):
        charts.shares(["a"], [-1])


def test_panels_of_one_unit_share_their_scale():
    figure = charts.columns_by_year([2026], {"big": [100.0], "small": [50.0]}, unit="USD")
    heights = [extent(mark).height for mark in filled(figure, style.MAIN)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)


def test_the_unit_is_in_the_subtitle_once():
    for subtitle, wanted in (("Cash", "Cash · USD"), ("Cash · USD · 2026", "Cash · USD · 2026")):
        figure = charts.columns_over_months(MONTHS, GROWING, unit="USD", subtitle=subtitle)
        assert words(figure)[0][0] == wanted


def test_ticks_are_round_and_enclose_the_values():
    assert layout.ticks([-62e3, 85e3], zero=True) == [-100e3, -50e3, 0, 50e3, 100e3]
    assert layout.ticks([0.0]) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert [tick_text(value, "USD") for value in (0, 250e3, 1.5e6, 2e6)] == [
        "0", "250k", "1.5m", "2m"]
    assert tick_text(0.8, "fraction") == "80%"


# Labels that had no place.

def test_a_low_point_is_labelled_above_its_dot_where_there_is_room():
    cash = [1e6 - 3e4 * i for i in range(21)] + [4e5 + 200 * i ** 3 for i in range(39)]
    figure = charts.line_over_months(MONTHS, {"Cash": cash}, unit="USD",
                                     point=("2027-09", 4e5, "lowest"))
    said = {text: box.y0 for text, box in words(figure)}
    assert min(said[text] for text in said if text.startswith("lowest")) > said["0"]
    assert not any(text.startswith("\u2212") for text in said)
    steep = [abs(place - 30) * 1e5 for place in range(60)]
    point = (MONTHS[30], 0.0, "lowest")
    below = charts.line_over_months(MONTHS, {"Cash": steep}, unit="USD", point=point)
    high = {text: box.y0 for text, box in words(below)}
    label = next(text for text in high if text.startswith("lowest"))
    assert high[label] < high["0"]


def test_markers_that_cross_each_other_drop_the_words_they_share():
    markers = [("2027-10", "first break-even"), ("2027-10", "operating break-even"),
               ("2028-12", "cumulative break-even")]
    figure = charts.columns_over_months(MONTHS, GROWING, unit="USD", markers=markers)
    assert "Oct 2027 first break-even" in [text for text, _ in words(figure)]
    phone = figure.for_phone()
    assert overlapping(phone) == [] and cut_off(phone) == []
    assert {"Oct 2027 first", "Oct 2027 operating", "Dec 2028 cumulative"} <= {
        text for text, _ in words(phone)}


def test_a_tornado_on_a_phone_leaves_out_what_a_value_is_per():
    rows = [("Fee", "USD 3.00 per order and month", "USD 7.00 per order and month", 1e5, 9e5)]
    figure = charts.tornado(rows, 5e5, unit="USD")
    assert {"USD 3.00", "USD 7.00"} <= {text for text, _ in words(figure.for_phone())}


def test_an_interval_is_colored_only_where_it_lies_on_one_side_of_zero():
    rows = [("ahead", 9.6, 7.9, 11.2, "+9.6"), ("behind", -8.5, -10.3, -6.7, "\u22128.5"),
            ("open", 0.2, -1.0, 1.4, "+0.2"), ("alone", 3.0, None, None, "+3.0"),
            ("nothing", None, None, None, "undefined")]
    for figure in both(charts.intervals(rows, unit="learners", zero="fixed total")):
        said = {text for text, _ in words(figure)}
        assert {"▲ +9.6", "▼ \u22128.5", "+0.2", "+3.0", "undefined", "fixed total"} <= said
        assert len(filled(figure, style.FAVORABLE)) == len(filled(figure, style.UNFAVORABLE)) == 1
        assert len(filled(figure, style.MUTED)) == 2
        assert overlapping(figure) == [] and cut_off(figure) == []
    less = charts.intervals(rows, better_above=False)
    assert {"▼ +9.6", "▲ \u22128.5"} <= {text for text, _ in words(less)}
    neither = charts.intervals(rows, better_above=None)
    assert filled(neither, style.FAVORABLE) == filled(neither, style.UNFAVORABLE) == []


def test_a_line_parts_the_cells_that_reach_a_goal_from_those_that_do_not():
    figure = charts.heat_grid("ab", "xy", [[0.5, 1.0], [0.9, None]], row_title="r",
                              column_title="c", unit="ratio", goal=1.0)
    edges = [line.points for line in strokes(figure) if line.width == 2.0]
    assert len(edges) == 1 and edges[0][0][0] == edges[0][1][0]
