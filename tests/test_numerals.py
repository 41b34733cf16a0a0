"""Pages show numbers in the form that the header of a plan names; all else keeps the plain one."""

import html
import io
import json
import re
import shutil
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from javascript import PARTS
from packs import edit, keep

from model import cli, folders, load, reporting
from model.currency import on_page, showing
from model.engine.parity import engine
from model.numerals import FORMS, PLAIN, rewritings, written
from model.pages import breakeven, comparison, live
from model.pages.assumptions.editor import Editor
from model.pages.comparison.view import open_comparison
from model.pages.view import open_view
from model.params.edits import number
from model.reporting import kernel, proof, workbooks
from model.views import facts
from model.views.blocks import Header
from model.views.formats import format_value
from model.views.markup import prose
from model.views.output import NUMERALS
from model.views.page import Link, Links, Page
from model.views.tables import Table

GERMAN, FRENCH, SWISS = FORMS[1:]
NARROW = "\u202f"
# A number with a sign between its digits, as it stands in a text, whatever it is.
SIGNED = re.compile(rf"\d[\d.,'{NARROW}]*[.,'{NARROW}]\d+")
UNITS = ("USD", "USD/mentee", "fraction", "ratio", "months", "mentees", "hours/FTE")


@pytest.mark.parametrize(("plain", "german", "french", "swiss"), [
    ("1,234.5", "1.234,5", "1 234,5", "1'234.5"),
    ("USD \u22121,234,567.89", "USD \u22121.234.567,89", "USD \u22121 234 567,89",
     "USD \u22121'234'567.89"),
    ("82.5%", "82,5%", "82,5%", "82.5%"),
    ("12.3k, 1.23m and 2.50bn.", "12,3k, 1,23m and 2,50bn.", "12,3k, 1,23m and 2,50bn.",
     "12.3k, 1.23m and 2.50bn."),
    ("0.0876", "0,0876", "0,0876", "0.0876"),
    ("1.23e-07", "1,23e-07", "1,23e-07", "1.23e-07"),
    ("0.8 to 1.2; 1.5\u20132.5", "0,8 to 1,2; 1,5\u20132,5", "0,8 to 1,2; 1,5\u20132,5",
     "0.8 to 1.2; 1.5\u20132.5"),
    ("(+9.8/\u22121,000)", "(+9,8/\u22121.000)", "(+9,8/\u22121 000)", "(+9.8/\u22121'000)"),
    ("above $150,000.", "above $150.000.", "above $150 000.", "above $150'000."),
    ("12 of 999", "12 of 999", "12 of 999", "12 of 999"),
])
def test_figures_are_written_in_each_form(plain, german, french, swiss):
    assert written(plain, PLAIN) == plain
    assert written(plain, GERMAN) == german
    assert written(plain, FRENCH) == re.sub(r"(?<=\d) (?=\d{3})", NARROW, french)
    assert written(plain, SWISS) == swiss


@pytest.mark.parametrize("text", [
    "2026-01", "2026-01-31 22:50", "Oct 2027", "12, 13 and 2,5", "IronCalc 0.9.1", "7.4.7.2",
    "version 0.1 of the model", "v1.5", "mentees.cac.2026", "params/acme/base.yaml:62",
    'such as `{"opening_cash": 0.2}`', "https://example.org/1.5/2,000", "plan-1.5.csv", "3f1.5a0",
    "1.234,5", "1'234.5", "1,2345", "0,5"])
@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_plain_figure_stays(text, form):
    assert written(text, form) == text


@given(st.floats(-1e15, 1e15), st.sampled_from(UNITS), st.sampled_from(FORMS))
def test_reading_back_gives_the_number(value, unit, form):
    plain = format_value(value, unit)
    shown = written(plain, form)
    group, point = form[1], form[-2]
    digits = shown.replace(NARROW if group == " " else group, "").replace(point, ".")
    assert digits == plain.replace(",", "")


def test_a_page_reads_and_writes_as_the_model_does():
    values = [value * 10.0**power for value in (1, -1.2345, 9.99, 0.5) for power in range(-8, 14)]
    plain = [f"{format_value(value, unit)}, {unit} of 1,000." for value in values for unit in UNITS]
    plain += ["`0.2`", "version 0.1", "7.4.7.2", "2026-01"]
    for form in FORMS[1:]:
        shown = [written(text, form) for text in plain]
        rules = json.dumps(rewritings(form))
        with engine(PARTS["numerals"]) as racer:
            def each(way, texts, rules=rules, racer=racer):
                return json.loads(racer.eval(f"JSON.stringify({json.dumps(texts)}.map("
                                             f"rewritten({rules}.{way})))"))
            assert each("written", plain) == shown
            # A browser that puts a plain blank for any space is read as well.
            assert each("read", shown) == plain
            assert each("read", [text.replace(NARROW, " ") for text in shown]) == plain


@pytest.mark.parametrize(("text", "agrees"), [
    ("1.234,5k", True), ("1.234,4k", False), ("1,2345", False), ("1.234.500", True)])
def test_a_page_holds_printed_figures_against_its_own(text, agrees):
    """As the button of a page does, whose figures are printed as 1.234,5."""
    with engine(PARTS["formats"], PARTS["proof"], PARTS["numerals"]) as racer:
        found = json.loads(racer.eval(
            f"readPrinted(rewritten({json.dumps(rewritings(GERMAN)['read'])}));"
            "const told = Object.create(Proof.prototype);"
            "Object.assign(told, {months: [], named: () => 1234500});"
            f"JSON.stringify(told.figure('Row 1.000', '{text}', '', 'revenue', null))"))
    assert (found["agrees"], found["name"]) == (agrees, "Row 1,000")


def forms(folder, **of):
    """Companies of a folder of params name a form in their heads."""
    for company, form in of.items():
        path = folder / f"params/{company}/base.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\ncurrency:", f'\nnumerals: "{form}"\ncurrency:', 1),
                        encoding="utf-8")


@pytest.fixture
def both(folder):
    """Two companies, each with a form of its own."""
    forms(folder, mentorship=GERMAN, influencer=SWISS)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of two companies with forms of their own, whose pages on break-even were made."""
    folder = tmp_path_factory.mktemp("numerals")
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, folder / name)
    forms(folder, mentorship=GERMAN, influencer=SWISS)
    scenario = folder / "params/mentorship/scenarios/cac_delay.yaml"
    scenario.write_text(re.sub("^title: .*", "title: CAC 12.5% dearer", scenario.read_text(
        encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert reporting.run(["influencer"], ["base"], ["breakeven"]) == 0
        assert reporting.run(["mentorship"], ["cac_delay"], ["breakeven"]) == 0
    return folder


def page(folder, name="mentorship/cac_delay/breakeven"):
    return (folder / f"reports/{name}.html").read_text(encoding="utf-8")


def texts(text):
    """What a reader sees or hears of a page, its foot left out, which names versions."""
    text = re.sub(r"<(script|style|code|footer)\b.*?</\1>", "", text, flags=re.DOTALL)
    named = re.findall(r' (?:alt|aria-label|title|data-label)="([^"]*)"', text)
    return [html.unescape(each) for each in (*named, *re.split("<[^<>]*>", text))]


def test_a_page_has_no_figure_in_another_form(made):
    found = [token for text in texts(page(made)) for token in SIGNED.findall(text)]
    assert len(found) > 300
    assert [token for token in found if not re.fullmatch(
        r"\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d+|\d+(\.\d+){2,}", token)] == []
    said = "".join(texts(page(made)))
    assert "USD 269,9k" in said.replace("\u00a0", " ") and "$75.000 / 400 = $187,50, " in said
    assert "269.9k" not in said and "75,000" not in said
    assert "Base scenario" not in said and said.count("CAC 12,5% dearer") > 2


def test_formulas_and_addresses_of_a_page_keep_theirs(made):
    found = re.findall(r' (?:data-line|data-at|data-key|href|id)="([^"]*)"', page(made))
    assert "breakeven_first" in found and not any(re.search(r"\d,\d", each) for each in found)


def test_a_page_verifies_and_a_digit_that_was_changed_is_found(made, monkeypatch, capsys):
    monkeypatch.chdir(made)
    path = made / "reports/mentorship/cac_delay/breakeven"
    notebook = kernel.from_bytes(path.with_suffix(".ipynb").read_bytes())
    monkeypatch.setattr(proof.Maker, "notebook", lambda self, job: notebook)
    assert cli.main(["verify", f"{path}.html"]) == 0
    changed = page(made).replace("269,9k</span></dd>", "269,8k</span></dd>", 1)
    other = made / "changed.html"
    other.write_text(changed, encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["verify", str(other)]) == 1
    assert "Tiles · Lowest cash: USD 269,8k in the page, USD 269,9k here" in capsys.readouterr().out


def test_the_index_shows_each_company_in_its_form(made):
    index = page(made, "index")
    swiss, german = ("".join(texts(part)) for part in index.split('class="subject"')[1:])
    assert re.search(r"\d\.\d+[km]", swiss) and not re.search(r"\d,\d", swiss)
    assert re.search(r"\d,\d+[km]", german) and not re.search(r"\d\.\d+[km%]", german)
    assert re.search(r'data-key="-?\d+\.\d+"', index)


def test_two_plans_in_one_session_are_shown_each_in_its_form(both):
    german, swiss = open_view("mentorship"), open_view("influencer")
    for _ in range(2):
        one, other = (block._repr_mimebundle_() for block in map(breakeven.cash, (german, swiss)))
        for kind in ("text/html", "text/plain"):
            assert "USD 293,0k" in one[kind].replace("\u00a0", " ")
            assert "USD 671.3k" in other[kind].replace("\u00a0", " ")
    for company, shown in (("mentorship", "1.000"), ("influencer", "1'000")):
        load(company)
        assert on_page("1,000") == shown


@pytest.mark.usefixtures("sketched")
def test_what_was_sent_in_the_plain_form_is_shown_in_that_of_the_page(folder):
    keep(folder, "october", "mentorship")
    path = folder / "packs/october.zip"
    path.with_name("broken.zip").write_bytes(path.read_bytes()[:99])
    forms(folder, mentorship=GERMAN)
    edit(folder, "opening_cash", "value: 1000000", "value: 900000.5")
    found = repr(comparison.since(open_comparison("mentorship")))
    assert "Opening cash | all months | 1.000.000 USD | 900.000,5 USD" in found
    assert "710,7k" in found and not re.search(r"\d,\d{3}\b|\d\.\d+[km%]", found)


def test_charts_are_drawn_in_the_form(both, sketched):
    figure = breakeven.cash(open_view("mentorship")).figure
    drawn = [text.text for text in figure.texts]
    assert {"12,5m", "lowest: USD 293,0k, Sep 2027"} <= set(drawn)
    assert not any(re.search(r"\d\.\d", text) for text in drawn)


def test_a_narrow_space_is_drawn_as_one():
    from model.views import style

    with showing("USD", FRENCH):
        assert style.drawable(on_page("a  b 1,234.5")) == f"a b 1{NARROW}234,5"


def test_a_chart_keeps_its_coordinates(both):
    german = breakeven.cash(open_view("mentorship"))._repr_html_()
    drawing = re.search(r"<svg.*</svg>", german, re.DOTALL)[0]
    shapes = re.findall(r'(?:d|points|transform|x|y|viewBox)="([^"]*)"', drawing)
    assert len(shapes) > 50 and not any(re.search(r"\d,\d", shape) for shape in shapes)


def test_the_script_of_a_page_says_its_form_only_where_it_is_another(both):
    german, plain = (live.header(open_view(*plan), "").script for plan in (
        ("mentorship",), ("influencer",)))
    assert "showNumerals(" in german
    forms(both, influencer="x")
    path = both / "params/influencer/base.yaml"
    path.write_text(re.sub("numerals: .*\n", "", path.read_text(encoding="utf-8")),
                    encoding="utf-8")
    plain = live.header(open_view("influencer"), "").script
    assert "Numerals" not in plain


def test_titles_and_links_of_a_page_take_the_form():
    given_ = Page("Break-even", "Acme", "CAC at 1,234.5", (Links("Pages", (
        Link("At 0.5", "a%201.5.html"),)),), speak=lambda text: f"{text}, 12.5%")
    found = given_.in_form(GERMAN)
    assert found.full_title == "Acme · CAC at 1.234,5 · Break-even, 12,5%"
    assert found.links[0].links == (Link("At 0,5", "a%201.5.html"),)
    assert given_.in_form(PLAIN) is given_


def test_the_grid_shows_what_is_typed_plainly_and_what_follows_in_the_form(both):
    editor = Editor(open_view("mentorship"))
    load("influencer")
    for text in ("90.5", "91.5"):
        editor.hear({"do": "type", "path": "mentees.cac", "time": "2026", "text": text})
        figures = " ".join(figure["value"] for figure in editor.state["figures"])
        assert re.search(r"\d,\d+[km]", figures) and not re.search(r"\d\.\d", figures)
        assert re.search(r"USD \d+,\dk", editor.state["chart"]["message"])
        cell = editor.state["rows"]["mentees.cac"]["cells"][0]
        assert cell["text"] == cell["full"] == text
        assert number(cell["text"], "USD/mentee") == float(text)
        assert editor.state["edits"] == [f"CAC, mentee, 2026: 100 → {text}"]
        assert text in editor.state["paste"]


def test_commands_keep_the_plain_form(folder, capsys):
    def said():
        assert cli.main(["project", "mentorship"]) == 0
        assert cli.main(["explain", "mentorship", "ebitda", "--year", "2027"]) == 0
        for form in ("json", "csv"):
            assert cli.main(["project", "mentorship", "--format", form]) == 0
        return re.sub(r"base\.yaml:\d+", "", capsys.readouterr().out)
    before = said()
    forms(folder, mentorship=GERMAN)
    assert said() == before and re.search(r"\d,\d{3}", before)


def test_a_workbook_keeps_the_plain_form(both):
    content = zipfile.ZipFile(io.BytesIO(workbooks.content("mentorship", "base")))
    found = html.unescape(content.read("xl/sharedStrings.xml").decode())
    assert len(re.findall(r"\d\.\d", found)) > 20 and re.search(r"\d,\d{3}\b", found)
    assert not re.search(r"\d,\d{1,2}(?!\d)", found)


def test_a_table_of_another_form_names_columns_rows_and_captions_so():
    with showing("USD", FRENCH):
        found = Table("Of 1,000 draws", ["Above 0.5"], {"At 2.5": [0.125]}, units="fraction",
                      lines={"Above 0.5": "drawn:0.5"}, stacked=True)._repr_html_()
    assert f'<caption>Of 1{NARROW}000 draws</caption>' in found and "Above 0,5" in found
    assert f'aria-label="Of 1{NARROW}000 draws"' in found and 'data-label="At 2,5"' in found
    assert ">12,5<" in found and 'data-line="drawn:0.5"' in found


@pytest.mark.parametrize(("form", "shown"), [
    (FRENCH, f"USD \u22121{NARROW}234,5k"), (SWISS, "USD 1'234.5%"), (GERMAN, "1.234,5m")])
def test_a_figure_of_a_page_is_one_to_who_compares_it(form, shown):
    page = f'<section class="prose" data-fact="A"><p>It is {html.escape(shown)}.</p></section>'
    assert facts.content(page).figures == {"A · in words": shown}


def test_an_amount_of_a_sentence_is_not_broken_across_lines():
    with showing("USD", FRENCH):
        assert f">USD 1{NARROW}234{NARROW}567,5k</span> now" in prose("It is USD 1,234,567.5k now")


def test_a_head_keeps_the_form_that_was_shown_when_it_was_made():
    with showing("USD", GERMAN):
        head = Header("Acme", "Base", "2026-01-01", "At USD 1,234.50.", 3)
    assert "1.234,50" in head._repr_html_() and "1.234,50" in repr(head)
    with showing("USD"):
        plain = Header("Acme", "Base", "2026-01-01", "At USD 1,234.50.", 3)
    assert "1,234.50" in plain._repr_html_() and head.extras.keys() - plain.extras.keys() == {
        NUMERALS}
