"""A page stands alone: it fetches nothing, runs nothing foreign, shows no code, escapes all."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from model.views.page import NO_ALT, Link, Links, Page, page_html, style_sheet

PLAIN = Page("Break-even", "Mentorship", "Base")
HOSTILE = "</title><script>document.title='x'</script>\"'&<img src=x onerror=alert(1)>"
DOT = base64.b64encode(b"\x89PNG dot").decode()


def shown(data: dict, metadata: dict | None = None, tags: list[str] | None = None, **cell):
    output = new_output("display_data", data, metadata=metadata or {})
    return new_code_cell(cell.get("source", ""), outputs=[output],
                         metadata={"tags": tags} if tags else {})


def exported(*cells, page: Page = PLAIN) -> str:
    return page_html(new_notebook(cells=list(cells)), page)


def test_the_policy_forbids_everything_but_styles_and_embedded_pictures():
    html = exported(new_markdown_cell("# Hello"))
    assert ('content="default-src \'none\'; img-src data:; style-src \'unsafe-inline\'; '
            'font-src data:; base-uri \'none\'; form-action \'none\'"') in html
    assert "<script" not in html and "script-src" not in html


def test_a_script_of_our_own_runs_by_its_hash_only():
    script = 'document.title = "a < b";'
    html = exported(page=Page("A", "B", "C", script=script))
    code = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{code}';" in html
    assert f"<script>{script}</script>" in html


def test_no_address_outside_the_page():
    html = exported(new_markdown_cell("# A\n\n![logo](https://example.com/a.png)\n\ntext"),
                    shown({"text/html": "<p>table</p>"}))
    assert "https:" not in html and "http:" not in html and "//" not in style_sheet()
    assert "logo" in html


def test_names_are_escaped_wherever_they_stand():
    page = Page(HOSTILE, HOSTILE, HOSTILE, (Links(HOSTILE, (Link(HOSTILE), Link("a", '"><b>'))),))
    html = exported(page=page)
    assert "<script" not in html and "<img" not in html
    assert '"><b>' not in html
    assert html.count("</title>") == 1


def test_markdown_shows_html_as_text_and_has_no_harmful_link():
    html = exported(new_markdown_cell("# A\n<script>x</script> <b onclick=y>b</b>\n\n"
                                      "[go](javascript:alert(1))"),
                    shown({"text/markdown": "**bold** <iframe src=x></iframe>"}))
    assert "<script" not in html and "<b onclick" not in html and "<iframe" not in html
    assert 'href="javascript' not in html
    assert "<strong>bold</strong>" in html


@pytest.mark.parametrize("tag", ["script", "META", "link", "iframe", "object", "embed", "base",
                                 "form", "/script"])
def test_active_elements_of_an_output_become_text(tag):
    html = exported(shown({"text/html": f"<p>ok</p><{tag} a=b>"}))
    assert f"&lt;{tag} a=b>" in html and "<p>ok</p>" in html


def test_no_code_no_prompt_no_error_no_control():
    error = new_code_cell("1/0", outputs=[new_output("error", ename="E", evalue="secret_value",
                                                     traceback=["secret_trace"])])
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"},
              "text/plain": "secret_repr"}
    html = exported(shown({"text/plain": "a <result>"}, source="secret_code = 1"), error,
                    shown(widget), shown({"text/html": "secret_panel"}, tags=["interactive"]))
    assert "secret" not in html and "In [" not in html
    assert "<pre>a &lt;result&gt;</pre>" in html


def test_what_a_cell_prints_is_shown_plainly_and_what_libraries_complain_of_is_not():
    html = exported(new_code_cell("", outputs=[
        new_output("stream", name="stdout", text="a <line>\n"),
        new_output("stream", name="stderr", text="/machine/path.py:3: a warning\n")]))
    assert "<pre>a &lt;line&gt;\n</pre>" in html and "warning" not in html


def test_every_picture_has_an_alternative_text():
    html = exported(shown({"image/png": DOT}, {"image/png": {"alt": 'columns of "EBITDA"'}}),
                    shown({"image/svg+xml": "<svg></svg>"}, {"alt": "line"}),
                    shown({"image/png": DOT}))
    assert re.findall(r'<img src="data:[^"]+" alt="([^"]*)">', html) == [
        "columns of &quot;EBITDA&quot;", "line", NO_ALT]


@pytest.mark.parametrize(("cells", "headings"), [
    (["text"], ["Break-even"]),
    (["# One\n## Part", "# Two"], ["One"]),
])
def test_there_is_one_first_heading(cells, headings):
    html = exported(*map(new_markdown_cell, cells))
    assert re.findall(r"<h1>(.*?)</h1>", html) == headings
    assert ('<h2 id="two">Two</h2>' in html) == (len(cells) > 1)


def test_the_frame_has_what_a_reader_needs():
    links = (Links("This scenario", (Link("Break-even"), Link("Sensitivity", "sensitivity.html"))),)
    html = exported(page=Page("Break-even", "Mentorship", "Base", links))
    for part in ('<html lang="en">', "<title>Mentorship · Base · Break-even</title>",
                 'name="viewport"', '<a class="skip" href="#main">', '<main id="main">',
                 '<nav class="pages" aria-label="Pages">', '<b aria-current="page">Break-even</b>',
                 '<a href="sensitivity.html">Sensitivity</a>',
                 "<b>Mentorship</b> <span>Base</span>"):
        assert part in html
    assert "<nav" not in exported()


def test_the_elements_are_balanced():
    html = exported(new_markdown_cell("# A\n\n- b\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |"),
                    shown({"text/html": "<table><tr><td>1</td></tr></table>"}),
                    page=Page("A", "B", "C", (Links("L", (Link("x", "y.html"),)),)))
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "img", "br", "hr"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Balance().feed(html)
    assert open_tags == []


def test_the_notebook_is_left_as_it_is():
    nb = new_notebook(cells=[shown({"text/html": "x"}, tags=["interactive"])])
    before = nbformat.writes(nb)
    page_html(nb, PLAIN)
    assert nbformat.writes(nb) == before
