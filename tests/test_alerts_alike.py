"""Every page of a company and the index count the alerts of a plan alike."""

import re
from importlib import import_module

import pytest
from published import PUBLISHED
from sweep import plans

from model.counts import alert_count
from model.pages import frame, investor_report
from model.pages.comparison.view import Comparison
from model.pages.view import open_view
from model.reporting import notebooks
from model.views.index import Company, Scenario, index_html

COUNTED = re.compile(r"\b[0-9]+ alerts?\b")


def pages(company: str) -> dict[str, str]:
    """The modules of all pages of a company, and whether each shows one scenario or all."""
    found = (notebooks.read(name)[0] for name in notebooks.names())
    return {each.name: each.scope for each in found if company in each.subjects}


@pytest.mark.parametrize(("company", "scenario"), plans())
def test_every_head_the_risks_the_comparison_and_the_index_count_alike(company, scenario):
    view = open_view(company, scenario)
    alerts = view.checks.alerts
    assert alerts, "each of the shipped plans has alerts, so that there is something to count"
    said = {alert_count(alerts)}
    assert len(pages(company)) == (9 if company in PUBLISHED else 8)
    for name, scope in pages(company).items():
        page = import_module(f"model.pages.{name}")
        opened = Comparison(view) if name == "comparison" else view
        assert set(COUNTED.findall(page.header(opened).html)) == said, (name, scope)
    assert COUNTED.findall(investor_report.risks(view).parts[0].sentence) == [*said]
    shown = tuple(frame.headlines(view.projection).checks["alerts"])
    index = index_html([Company(company, company, (), (Scenario("x", "X", alerts=shown),))], "")
    assert set(COUNTED.findall(index)) == said and f'data-key="{len(alerts)}"' in index
