"""Blocks are safe, complete HTML that says the right numbers."""

import dataclasses
import re
from html.parser import HTMLParser

import plain
import pytest

from model.views import charts
from model.views.blocks import Block, Header, Note, Several, Table, Tile, style_sheet

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    r"$\frac{1}{0}$ and $a$",
    "]]><!--",
    "--><svg onload=alert(1)>",
    "\u202egnp.exe",
    "\x00\x1b[31m\ud800",
    "x" * 10_000,
    "None",
    "",
    "{{ 7*7 }} {0} %s",
]
ALLOWED = {"a", "b", "caption", "dd", "details", "div", "dl", "dt", "g", "header", "li", "p",
           "path", "section", "span", "style", "summary", "svg", "table", "tbody", "td", "text",
           "th", "thead", "title", "tr", "ul"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and fails on a tag that is not closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def value(self, name):
        return next(value for key, value in self.attributes if key == name)


def a_chart(subtitle="", label="Cash"):
    return charts.line_over_months(["2026-01", "2026-02"], {label: [1e5, -2e4]}, unit="USD",
                                   subtitle=subtitle)


def a_table(**options):
    rows = {"Revenue": [1e6, 0.0], "EBITDA": [-2e5, 12_345.6], "Payback": [None, None]}
    return Table.of_rows("Results", (2026, 2027), rows, units="USD", totals=("EBITDA",), **options)


def cells(html):
    return re.findall(r"<td[^>]*>(.*?)</td>", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_string_becomes_markup(text):
    table = Table(text, [text, text + "b"], {text: [text, text], "n": [1.0, None]},
                  units={"n": text}, corner=text, totals=(text,), absent={text: text})
    by_row = Table(text, [text], {text: [1.0]}, row_units=[text])
    shown = [
        Block(text, a_chart(text, text), text, text, text, [table, by_row], summary=text).html,
        Header(text, text, text, text, 3, [text], [text], [Tile(text, text, text)], text, text,
               [text]).html,
        Note(text, [text], warn=True).html,
    ]
    for html in shown:
        page = Page(html)
        assert set(page.tags) <= ALLOWED
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert not re.search("[\x00\u202a-\u202e\ud800-\udfff]", html)
        html.encode("utf-8")


def test_text_arrives_as_it_was_given():
    page = Page(Block('5 < 6 & "so"').html)
    assert "".join(page.texts) == '5 < 6 & "so"'


def test_alt_says_kind_subject_and_message():
    block = Block("EBITDA turns positive in Oct 2027 at USD 12.3k.", a_chart(), "column chart",
                  "EBITDA by month")
    assert block.alt == ("Column chart of EBITDA by month where EBITDA turns positive in Oct 2027 "
                         "at USD 12.3k")
    assert Page(block.html).value("aria-label") == block.alt
    assert Block("No chart.").alt == ""


def test_the_picture_is_svg_with_its_size_and_a_drawing_for_phones():
    page = Page(Block("m", a_chart(), reading="r", table=a_table()).html)
    assert page.tags.count("svg") == 2
    assert [value for name, value in page.attributes if name == "class"
            and value in ("fm-broad", "fm-narrow")] == ["fm-broad", "fm-narrow"]
    assert [name for name, _ in page.attributes].count("viewBox".lower()) == 2
    assert page.texts.count("Feb") == 2


def test_the_order_is_message_chart_reading_table():
    html = Block("the message", a_chart(), reading="the reading", table=a_table()).html
    places = [html.index(part) for part in ("the message", "<svg", "the reading", "<details>",
                                            "<table")]
    assert places == sorted(places)


def test_an_open_table_has_no_details():
    assert "<details" not in Block("m", table=a_table(), open=True).html


def test_a_block_renders_its_figure_once(monkeypatch):
    calls = []
    monkeypatch.setattr(charts, "render", lambda figure: calls.append(figure) or b"<svg/>")
    block = Block("m", a_chart())
    assert block.html == block._repr_html_() == block._repr_mimebundle_()["text/html"]
    assert len(calls) == 2  # one wide, one for a phone


def test_plain_text_has_the_numbers():
    text = Block("USD 12.3k.", a_chart(), subject="cash", table=a_table())._repr_mimebundle_()[
        "text/plain"]
    assert "USD 12.3k." in text
    assert "Chart of cash where USD 12.3k" in text
    assert "1.00m" in text
    assert repr(Block("said")) == "said"


def test_parts_of_a_page_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Block("m").message = "other"


def test_a_table_is_a_real_table():
    html = a_table(corner="Line").html
    page = Page(html)
    assert html.count('scope="col"') == 3
    assert html.count('scope="row"') == 3
    assert "<caption>Results</caption>" in html
    assert page.value("tabindex") == "0"
    assert page.value("aria-label") == "Results"
    assert '<tr class="fm-total"><th scope="row">EBITDA' in html
    assert cells(html) == ["1.00m", "0", "\u2212200.0k", "12.3k", "–", "–"]


def test_a_unit_stands_in_the_header_once():
    html = a_table().html
    assert html.count(">USD<") == 1
    mixed = Table("c", ["a"], {"Churn": [0.04], "Price": [45]},
                  units={"Churn": "fraction/month", "Price": "USD/mentee"}).html
    assert "% per month" in mixed
    assert "USD per mentee" in mixed
    assert cells(mixed) == ["4.0", "45.00"]


def test_rows_can_have_their_own_units():
    html = Table("c", ["Margin", "Break-even"], {"2026": [0.825, None], "2027": [0.0, "2027-10"]},
                 row_units=["fraction", "month"], absent={"Break-even": "never"}).html
    assert cells(html) == ["82.5", "0", "never", "Oct 2027"]
    assert '<span class="fm-unit">%</span>' in html


def test_long_text_wraps_and_numbers_do_not():
    html = Table("c", ["a", "b"], {"Source": ["A plan of some forty characters, at least", "B"],
                                   "Written": ["USD 12.3k", "–"], "n": [1, 2]}).html
    assert html.count('<td class="fm-text fm-long">') == 2
    assert "<td>USD 12.3k</td>" in html


def test_sixty_months_are_cut_into_years():
    months = [f"{year}-{month:02d}" for year in range(2026, 2031) for month in range(1, 13)]
    html = Table("Cash", ["cash"], {month: [1.0] for month in months}, units="USD").html
    assert html.count("<table") == 5
    assert "<caption>Cash, Jan 2030 to Dec 2030</caption>" in html
    assert len(cells(html)) == 60


def test_ragged_tables_are_refused():
    with pytest.raises(ValueError, match="column 'x' has 1 values for 2 rows"):
        Table("c", ["a", "b"], {"x": [1]})
    with pytest.raises(ValueError, match="1 row units for 2 rows"):
        Table("c", ["a", "b"], {"x": [1, 2]}, row_units=["USD"])


@pytest.mark.parametrize(
    ("checks", "failed", "alerts", "said"),
    [
        (9, (), (), "All 9 arithmetic checks hold"),
        (9, ("Cash differs.",), (), "1 of 9 checks fails"),
        (9, ("a", "b"), ("c",), "2 of 9 checks fail; 1 alert"),
        (9, (), ("c", "d"), "All 9 arithmetic checks hold; 2 alerts"),
        (0, (), (), "No checks were run"),
    ],
)
def test_the_header_says_whether_the_checks_hold(checks, failed, alerts, said):
    header = Header("MentorMe", "Base", "30 June 2026", "It pays.", checks, failed, alerts)
    assert header.status == said
    assert said in header.html
    for sentence in (*failed, *alerts):
        assert f"</b>{sentence}" in header.html


def test_the_header_carries_the_style_sheet_and_at_most_four_tiles():
    tiles = [Tile("EBITDA", "USD 1.0k", "base: USD 2.0k", warn=True)] * 4
    html = Header("MentorMe", "Base", "30 June 2026", "It pays.", 9, tiles=tiles).html
    assert html.startswith(f"<style>{style_sheet()}</style>")
    assert html.count("<dt>") == 4
    with pytest.raises(ValueError, match="5 tiles"):
        Header("M", "B", "", "", 9, tiles=[*tiles, tiles[0]])


def test_every_rule_of_the_style_sheet_is_scoped():
    css = re.sub(r"/\*.*?\*/", "", style_sheet(), flags=re.DOTALL)
    selectors = [part.strip() for part in re.findall(r"([^{};]+)\{", css)]
    assert selectors
    assert [one for one in selectors if ".fm" not in one
            and not one.startswith(("@media", "@container"))] == []
    assert "</" not in css


def test_a_warning_is_a_note_to_assistive_technology():
    html = Note("Cash falls below zero.", warn=True).html
    assert 'role="note"' in html
    assert "Warning:" in html
    assert "role" not in Note("Costs are positive.").html


def test_blocks_stand_one_below_the_other():
    found = Several([Block("First."), Note("Second.")])
    assert found.html == Block("First.").html + Note("Second.").html
    assert found.text == "First.\n\nSecond." == repr(found)


@pytest.mark.parametrize(("html", "said"), [
    ("<p>Alert: A5 months above 18</p>", "A5"), ("<td>python -m model run</td>", "python -m"),
    ("<li>mentees.cac is 5</li>", "mentees.cac"), ('<svg aria-label="E14 holds">', "E14"),
    ("<p>see params/acme</p>", "params/"), ("<p>paid_in_capital</p>", "paid_in_capital"),
    ("<p>base.yaml</p>", "base.yaml"), ("<p>Q1 FY2027, 3:1, e.g. S&amp;P, USD 1.2k</p>", None),
])
def test_words_that_no_reader_knows_are_found(html, said):
    assert [word for word, _ in plain.foreign(html)] == [said] * bool(said)
