"""The index shows every scenario with its outcome and every page, and says what failed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from batch_stand import add, jobs, made, project  # noqa: F401

from model import load
from model.pages.frame import Headlines
from model.reporting import pages, run
from model.views.index import Company, Entry, Figure, Scenario, index_html, own_script

HOSTILE = "<img src=x onerror=alert(1)>\"'&</style><script>"
FIGURES = (Figure("EBITDA 2026", "USD", "−420.2k", -420_200.0),
           Figure("First break-even", "", "Oct 2027", "2027-10"))


def scenario(name: str = "base", **more) -> Scenario:
    return Scenario(name, **({"title": name.title(), "figures": FIGURES, "master": "ok",
                              "last_run": "2026-01-01 10:00"} | more))


def company(*scenarios: Scenario, pages: tuple[Entry, ...] = (), **more) -> Company:
    return Company(**({"name": "mentorship", "title": "Mentorship", "pages": pages,
                       "scenarios": scenarios} | more))


def rows_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[hd]\b.*?>(.*?)</t[hd]>", row)]
            for row in rows]


def without_script(html: str) -> str:
    return html.replace(f"<script>{own_script()}</script>", "")


def test_scenarios_stand_side_by_side():
    other = scenario("upside", figures=(Figure("EBITDA 2026", "USD", "1.2k", 1_200.0),
                                        Figure("LTV:CAC", "", "3.10", 3.1)))
    html = index_html([company(scenario(), other)], "2026-01-01 10:00")
    when = "2026-01-01 10:00"
    assert rows_of(html) == [
        ["Scenario", "EBITDA 2026 USD", "First break-even", "LTV:CAC", "Checks", "Alerts",
         "Last run UTC"],
        ["Base", "−420.2k", "Oct 2027", "–", "all hold", "none", when],
        ["Upside", "1.2k", "–", "3.10", "all hold", "none", when]]
    assert "Last run 2026-01-01 10:00 UTC." in html
    assert '<time datetime="2026-01-01T10:00Z">' in html


def test_each_subject_has_the_columns_that_it_brings():
    weekly = Scenario("base", "Even split", figures=(Figure("Spent by week 13", "USD", "98.0k",
                                                            98_000.0),), master="ok")
    html = index_html([company(scenario()),
                       company(weekly, name="budget", title="Programme budget")], "2026-01-01")
    heads = [row for row in rows_of(html) if row[0] == "Scenario"]
    assert [head[1:-3] for head in heads] == [["EBITDA 2026 USD", "First break-even"],
                                              ["Spent by week 13 USD"]]


def test_what_sorts_is_the_amount_and_not_what_is_written():
    html = index_html([company(scenario(), scenario("never", figures=(
        Figure("EBITDA 2026", "USD", "–"), Figure("First break-even", "", "never"))))], "2026")
    assert '<td data-key="-420200.0">−420.2k</td>' in html
    assert '<td data-key="2027-10">Oct 2027</td>' in html
    assert "<td>never</td>" in html and "<td>–</td>" in html


def test_the_head_counts_what_there_is_and_says_whether_it_holds():
    page = Entry("Page", "What?", "a.html")
    said = index_html([company(scenario(pages=(page, page)), pages=(page,))], "2026-01-01 10:00")
    assert ("1 subject, 1 scenario, 3 pages. All error checks hold in every scenario. "
            "Last run 2026-01-01 10:00 UTC.") in said
    wrong = company(scenario(), scenario("upside", master="failed", failed=("x",)))
    assert "⚠ Error checks fail in Upside (Mentorship)." in index_html([wrong], "2026")
    unknown = company(scenario(master="", problem="ValueError: x"))
    assert "All error checks hold" not in index_html([unknown], "2026")


def test_each_page_is_linked_and_each_failure_explained():
    pages = (Entry("Breakeven", "When?", "mentorship/base/breakeven.html"),
             Entry("Sensitivity", "What?", None, "code cell 3: ValueError: <no>"),
             Entry("Assumptions", "Who?", "mentorship/base/assumptions.html", old=True))
    html = index_html([company(scenario(pages=pages), pages=pages[:1])], "2026")
    assert html.count('<a href="mentorship/base/breakeven.html" title="When?">Breakeven</a>') == 2
    assert "<b>Sensitivity failed:</b> code cell 3: ValueError: &lt;no&gt;" in html
    assert ">Assumptions (older inputs)</a>" in html
    assert "3 pages. 1 page failed; the reasons stand below." in html


def test_failed_checks_and_missing_figures_are_said():
    html = index_html([company(
        scenario(master="failed", failed=("cash closes",), alerts=("CAC is high",)),
        scenario("upside", problem="ValueError: x", figures=()))], "")
    assert "⚠ 1 failed" in html
    assert "<b>Failed check:</b> cash closes" in html and "<b>Alert:</b> CAC is high" in html
    assert "<b>No headline figures:</b> ValueError: x" in html
    assert rows_of(html)[2][-3:] == ["⚠ not computed", "none", "2026-01-01 10:00"]


def test_alerts_are_folded_and_what_failed_is_not():
    html = index_html([company(scenario(alerts=tuple("abcdef"), failed=("cash",),
                                        master="failed"))], "")
    assert "<details><summary>6 alerts</summary>" in html
    assert html.index("Failed check:") < html.index("<details>")
    assert "<summary>1 alert</summary>" in index_html([company(scenario(alerts=("a",)))], "")


def test_nothing_is_fetched_and_nothing_runs_but_the_script_that_the_policy_names():
    html = index_html([company(scenario())], "")
    code = base64.b64encode(hashlib.sha256(own_script().encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{code}'; img-src data:;" in html
    assert html.count("<script") == 1 and "http" not in html.replace("http-equiv", "")
    assert not re.search(r"fetch\(|XMLHttp|import\(|localStorage|innerHTML|eval\(", own_script())


def test_without_the_script_the_search_that_it_would_answer_is_hidden():
    html = without_script(index_html([company(scenario())], ""))
    assert '<div class="search" role="search" hidden>' in html
    assert ' aria-sort="' not in html and "<button" not in html


def test_names_are_escaped_wherever_they_stand():
    entry = Entry(HOSTILE, HOSTILE, '"><b>', HOSTILE)
    figure = Figure(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    one = Scenario(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (figure,), "failed",
                   (HOSTILE,), (HOSTILE,), HOSTILE, (entry,), HOSTILE, HOSTILE)
    about = Company(HOSTILE, HOSTILE, (entry,), (one,), HOSTILE)
    html = without_script(index_html([about] * 2, HOSTILE))
    assert "<img" not in html and "<script" not in html and '"><b>' not in html
    assert html.count("</style>") == 1


def test_what_a_company_does_stands_under_its_name():
    text = load("mentorship").about
    assert pages.headline(load("mentorship"), "x")["about"] == text
    html = index_html([Company("m", "Mentors", (), (scenario(),), text)], "")
    assert f">Mentors</h2>\n<p>{text}</p>" in html
    assert "</h2>\n<p>" not in index_html([Company("m", "Mentors", (), (scenario(),))], "")


def test_without_pages_it_says_so():
    html = index_html([], "")
    assert "No notebook has been run yet." in html and 'id="search"' not in html


# What the manifest says


def test_figures_come_with_what_they_sort_by():
    record = pages.headline(load("mentorship"), "x")
    found = {figure[0]: figure for figure in map(tuple, record["figures"])}
    assert found["First break-even"] == ("First break-even", "", "Oct 2027", "2027-10")
    _, unit, written, key = found["Lowest cash"]
    assert (unit, written) == ("USD", "293.0k") and key == pytest.approx(293_046, abs=100)
    never = pages.headline(load("mentorship", changes={"mentees.marketing": 0}), "x")["figures"]
    assert ["First break-even", "", "never", None] in never
    json.dumps(record, allow_nan=False)


def test_a_subject_can_have_headlines_of_its_own(monkeypatch):
    own = SimpleNamespace(headlines=lambda loaded: Headlines(
        f"{loaded.scenario} ends week 13 with money left.",
        (("Left in week 13", 1_250.0, "USD"), ("Gate passed", None, "month")),
        {"master": "ok", "failed": [], "alerts": ["one gate waits"]}))
    monkeypatch.setitem(sys.modules, "own_headlines", own)
    monkeypatch.setitem(pages.OWN_HEADLINES, "budget", "own_headlines")
    loaded = SimpleNamespace(company="budget", scenario="base", title="Budget",
                             scenario_title="Base", scenario_why="")
    record = pages.headline(loaded, "x")
    assert record["figures"] == [["Left in week 13", "USD", "1.2k", 1_250.0],
                                 ["Gate passed", "", "never", None]]
    assert record["checks"]["alerts"] == ["one gate waits"] and "problem" not in record


def test_a_subject_whose_pages_are_about_all_scenarios_shows_their_figures(project, capsys):  # noqa: F811
    (project / "notebooks" / "page.ipynb").unlink()
    add(project, "whole", "print(1)", scope="company")
    assert run() == 0
    html = (project / "reports" / "index.html").read_text()
    assert [row[:2] for row in rows_of(html)[1:]] == [
        [f"Case {name}", "1.0k"] for name in ("base", "later", "up")]
    assert run() == 0 and "0 executed, 1 unchanged" in capsys.readouterr().out


def test_the_last_run_is_that_of_the_scenarios_pages_and_a_run_with_nothing_new_keeps_all(
        project, capsys):  # noqa: F811
    assert run() == 0
    path = project / "reports" / "manifest.json"
    content = json.loads(path.read_text())
    content["jobs"]["toy/up/page"]["started"] = "2026-02-03T04:05:06+00:00"
    path.write_text(json.dumps(content))
    assert run() == 0  # the index follows the manifest
    index = project / "reports" / "index.html"
    last = {row[0]: row[-1] for row in rows_of(index.read_text())}
    assert last["Case up"] == "2026-02-03 04:05" != last["Case base"]
    before = index.read_bytes(), index.stat().st_mtime_ns, made(project), jobs(project)
    capsys.readouterr()
    assert run() == 0
    assert "0 executed, 3 unchanged" in capsys.readouterr().out
    assert before == (index.read_bytes(), index.stat().st_mtime_ns, made(project), jobs(project))


def test_importing_the_index_is_cheap():
    code = "import sys, model.views.index; print('nbconvert' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True).stdout == "False\n"


# In a browser


@pytest.fixture
def opened(chromium, tmp_path):
    """The index of three scenarios and a subject beside, in Chromium."""
    import browser

    links = (Entry("Break-even", "When?", "b.html"),
             Entry("Sensitivity", "What decides?", "s.html"))
    amounts = {"base": 3.0, "upside": 20.0, "downside": -100.0}
    three = [scenario(name, figures=(Figure("EBITDA 2026", "USD", str(amount), amount),),
                      pages=links, alerts=("a",)) for name, amount in amounts.items()]
    three.append(scenario("broken", figures=(), problem="x"))
    path = tmp_path / "index.html"
    path.write_text(index_html([company(*three, pages=links[:1]),
                                company(scenario(pages=links), name="budget", title="Budget")],
                               "2026-01-01 10:00"))
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    seen = browser.watched(page)
    page.goto(f"file://{path}")
    yield page
    assert not seen.errors and not seen.beyond("file:")
    page.close()


def order(page) -> list[str]:
    return page.locator(".figures").first.locator("tbody tr:visible th").all_inner_texts()


@pytest.mark.browser
def test_a_column_sorts_by_its_amounts_by_keyboard_and_says_so(opened):
    first = ["Base", "Upside", "Downside", "Broken"]
    assert order(opened) == first
    head = opened.locator("th", has_text="EBITDA 2026").first
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").focus()
    for state, expected in (("ascending", ["Downside", "Base", "Upside", "Broken"]),
                            ("descending", ["Upside", "Base", "Downside", "Broken"]),
                            ("none", first)):
        opened.keyboard.press("Enter")
        assert (head.get_attribute("aria-sort"), order(opened)) == (state, expected)
    opened.get_by_role("button", name="Scenario").first.click()
    assert order(opened) == ["Base", "Broken", "Downside", "Upside"]
    opened.get_by_role("button", name="EBITDA").first.click()
    assert opened.locator('[aria-sort="ascending"]').count() == 1


@pytest.mark.browser
def test_the_search_narrows_scenarios_and_links_and_gives_all_back(opened):
    box = opened.get_by_label("Search scenarios and pages")
    box.fill("downside DECIDES")
    assert order(opened) == ["Downside"]
    assert opened.locator(".row a:visible").all_inner_texts()[2:] == ["Sensitivity"]
    assert opened.get_by_role("status").inner_text() == "1 scenario, 1 link"
    box.fill("budget")
    assert opened.locator("h2:visible").all_inner_texts() == ["Budget"]
    box.fill("nowhere")
    assert opened.get_by_role("status").inner_text() == "Nothing found"
    assert opened.locator("h2:visible").count() == 0
    box.fill("")
    assert len(order(opened)) == 4 and opened.get_by_role("status").inner_text() == ""
    assert opened.locator("h2:visible").count() == 2


@pytest.mark.browser
def test_it_reads_the_same_without_its_script(chromium, opened):
    bare = chromium.new_context(java_script_enabled=False).new_page()
    bare.goto(opened.url)
    assert order(bare) == order(opened)
    assert not bare.get_by_label("Search").is_visible() and bare.locator("button").count() == 0
    bare.context.close()
