"""A bundle holds its pages and a workbook as they are, and allows their scripts and no other."""

import base64
import json
import re
from html import unescape

import pytest

from model.views.bundle import Sheet, bundle_html
from model.views.page import hash_of, policy, template_file

HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> \u2028"


def sheet(name, script):
    return Sheet(name, f"<{name}>", f'<head><meta content="{policy(script)}"></head>'
                                    f"<body>{HOSTILE} {name}<script>{script}</script></body>")


@pytest.fixture
def html():
    return bundle_html("<b>Acme</b>", "Base", [sheet("one", "run(1)"), sheet("two", "")],
                       ("acme.xlsx", b"a workbook"), "Made on a day.")


def test_every_page_is_in_it_as_it_was(html):
    texts = re.search(r'<script type="application/json" id="texts">(.*?)</script>', html)[1]
    assert json.loads(texts) == {each.name: each.html for each in (sheet("one", "run(1)"),
                                                                   sheet("two", ""))}
    assert html.count("</script>") == 2 and "<img" not in html and "<b>" not in html


def test_the_workbook_is_in_it(html):
    found = re.search(r'download="acme.xlsx" href="data:[^;]*;base64,([^"]*)"', html)
    assert base64.b64decode(found[1]) == b"a workbook"


def test_its_policy_allows_the_scripts_of_its_pages_and_its_own(html):
    own = unescape(re.search(r'Security-Policy" content="([^"]*)"', html)[1])
    assert re.findall(r"'sha256-[^']*'", own) == [hash_of(template_file("bundle.js")),
                                                 hash_of("run(1)")]
    assert own.startswith("default-src 'none'; ") and "unsafe-inline'; font-src data:" in own


def test_an_unknown_company_and_another_kind_of_file_are_refused(run, project):
    assert run("bundle", "acme")[0] == 2
    code, _, said = run("bundle", "stand", "--out", "mail.pdf")
    assert code == 2 and said == ["--out: 'mail.pdf' does not end in .html; give such a name."]
