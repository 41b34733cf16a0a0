"""The index shows every scenario with its outcome and every page, and says what failed."""

from __future__ import annotations

import re

from model.views.index import Company, Entry, Scenario, index_html

HOSTILE = "<img src=x onerror=alert(1)>\"'&</style><script>"
FIGURES = (("EBITDA 2026", "USD", "−420.2k"), ("First break-even", "", "Oct 2027"))


def scenario(name: str = "base", **more) -> Scenario:
    return Scenario(name, **({"title": name.title(), "figures": FIGURES, "master": "ok"} | more))


def company(*scenarios: Scenario, pages: tuple[Entry, ...] = ()) -> Company:
    return Company("mentorship", "Mentorship", pages, scenarios)


def test_scenarios_stand_side_by_side():
    other = scenario("upside", figures=(("EBITDA 2026", "USD", "1.2k"), ("LTV:CAC", "", "3.10")))
    html = index_html([company(scenario(), other)], "2026-01-01 10:00")
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    cells = [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)]
             for row in rows]
    assert cells == [["Headline", "Base", "Upside"], ["EBITDA 2026 USD", "−420.2k", "1.2k"],
                     ["First break-even", "Oct 2027", "–"], ["LTV:CAC", "–", "3.10"],
                     ["Checks", "all hold", "all hold"], ["Alerts", "none", "none"]]
    assert "Last run 2026-01-01 10:00 UTC." in html


def test_each_page_is_linked_and_each_failure_explained():
    pages = (Entry("Breakeven", "When?", "mentorship/base/breakeven.html"),
             Entry("Sensitivity", "What?", None, "code cell 3: ValueError: <no>"),
             Entry("Assumptions", "Who?", "mentorship/base/assumptions.html", old=True))
    html = index_html([company(scenario(pages=pages), pages=pages[:1])], "")
    assert html.count('<a href="mentorship/base/breakeven.html" title="When?">Breakeven</a>') == 2
    assert "<b>Sensitivity failed:</b> code cell 3: ValueError: &lt;no&gt;" in html
    assert ">Assumptions (older inputs)</a>" in html


def test_failed_checks_and_missing_figures_are_said():
    html = index_html([company(
        scenario(master="failed", failed=("cash closes",), alerts=("CAC is high",)),
        scenario("upside", problem="ValueError: x", figures=()))], "")
    assert "⚠ 1 failed" in html
    assert "<b>Failed check:</b> cash closes" in html and "<b>Alert:</b> CAC is high" in html
    assert "<b>No headline figures:</b> ValueError: x" in html


def test_many_alerts_are_folded():
    html = index_html([company(scenario(alerts=tuple("abcdef")))], "")
    assert "<details><summary>6 alerts</summary>" in html


def test_nothing_is_fetched_and_nothing_runs():
    html = index_html([company(scenario())], "")
    assert "default-src 'none'; img-src data:;" in html
    assert "<script" not in html and "http" not in html.replace("http-equiv", "")


def test_names_are_escaped_wherever_they_stand():
    entry = Entry(HOSTILE, HOSTILE, '"><b>', HOSTILE)
    one = Scenario(HOSTILE, HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE, HOSTILE),), "failed",
                   (HOSTILE,), (HOSTILE,), HOSTILE, (entry,))
    html = index_html([Company(HOSTILE, HOSTILE, (entry,), (one,))] * 2, HOSTILE)
    assert "<img" not in html and "<script" not in html and '"><b>' not in html
    assert html.count("</style>") == 1


def test_without_pages_it_says_so():
    assert "No notebook has been run yet." in index_html([], "")
