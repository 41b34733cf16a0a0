"""Pages in Chromium prove what they can themselves, and fresh pages of every notebook verify."""

import re
import subprocess
import sys

import browser
import pytest
from test_verify import other_digit

from model.params import catalog
from model.views import facts

pytestmark = pytest.mark.browser
# With levers, and so with a model of their own.
LIVE = ("breakeven", "investor_report", "sensitivity", "unit_economics")
# Bytes of a page in all, and of the names of its figures, lines and the foot.
MOST, MOST_NAMES = 2_000_000, 5_000


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Every page in base of every subject."""
    copy = browser.copy_project(tmp_path_factory.mktemp("proof"))
    return [browser.run_reports(copy, subject) for subject in catalog.subjects()][-1]


@pytest.fixture
def proved(chromium, tmp_path):
    """What the foot of a page says once its button was pressed; None without a button."""
    def press(html):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = chromium.new_page()
        seen = browser.watched(page)
        page.goto(f"file://{path}")
        button = page.locator("footer button")
        if not button.count():
            page.close()
            return None
        button.click()
        said = page.inner_text("footer p:last-child")
        page.emulate_media(media="print")
        assert not button.is_visible() and page.locator("footer p").first.is_visible()
        assert seen.errors == [] and seen.beyond("file:", "data:") == []
        page.close()
        return said

    return press


def test_a_fresh_page_of_every_notebook_verifies(reports):
    pages = sorted(set(reports.rglob("*.html")) - {reports / "index.html"})
    assert len(pages) == 20
    done = subprocess.run([sys.executable, "-m", "model", "verify", *map(str, pages)],
                          cwd=reports.parent, env=browser.environment(), capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(pages) and all(": verified: " in line for line in lines)


def test_names_and_foot_are_a_small_part_of_a_page(reports):
    for path in set(reports.rglob("*.html")) - {reports / "index.html"}:
        html = path.read_text(encoding="utf-8")
        names = re.findall(r' data-(?:fact|line|unit|at|figures)="[^"]*"|<footer.*?</footer>'
                           r'|<meta name="financial-model"[^>]*>', html, re.DOTALL)
        assert len("".join(names).encode()) < MOST_NAMES, path
        assert len(html.encode()) < MOST, path


def test_a_page_with_levers_works_its_own_figures_out_again_and_says_how_many_not(
        reports, proved):
    for path in sorted(set(reports.rglob("*.html")) - {reports / "index.html"}):
        html = path.read_text(encoding="utf-8")
        said = proved(html)
        assert (said is not None) == (path.stem in LIVE)
        if said is None:
            continue
        agreeing, of, others = (int(number.replace(",", "")) for number in re.fullmatch(
            r"(\d+) of (\d+) figures that this page works out again agree: headline figures, "
            r"lines and KPIs by year or month\. The other ([\d,]+) figures and the texts are not "
            r"compared here\.", said).groups())
        assert agreeing == of >= 4 and of + others == len(facts.content(html).figures)


@pytest.mark.parametrize(("name", "pattern", "figure"), [
    ("breakeven", r'data-line="trough_cash"[^>]*><span class="fm-whole">USD [^<]*',
     "Tiles · Lowest cash"),
    ("breakeven", r'data-line="breakeven_first"[^>]*><span class="fm-whole">[^<]*',
     "Tiles · First break-even"),
    ("breakeven", r'<th scope="row">2027</th><td>[^<]*',
     "Cash and runway at the end of each year · 2027 · Cash USD"),
    ("investor_report", r'<th scope="row" data-line="ebitda".{0,80}?</th><td>[^<]*\d',
     "Revenue, contribution, EBITDA, customers and staff · EBITDA USD · 2026"),
])
def test_a_changed_digit_is_named_in_the_page_itself(reports, proved, name, pattern, figure):
    html = (reports / f"mentorship/base/{name}.html").read_text(encoding="utf-8")
    tampered = re.sub(pattern, other_digit, html, count=1, flags=re.DOTALL)
    said = proved(tampered)
    agreeing, of = map(int, re.match(r"(\d+) of (\d+) figures that", said).groups())
    assert agreeing == of - 1
    printed, now = re.search(
        rf"{re.escape(figure)}: (\S+(?: \d+)?) is printed, (\S+(?: \d+)?) is worked out\.",
        said).groups()
    assert printed != now
