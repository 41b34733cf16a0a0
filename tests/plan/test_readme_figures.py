"""The README's table of companies holds what the plans in `params/` give."""

from pathlib import Path

import pytest

from model import load, project
from model.analysis.breakeven import breakeven
from model.views.formats import MONTH_NAMES

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
LONG_NAMES = dict(zip(MONTH_NAMES, (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December"), strict=True))


def long_month(month: str) -> str:
    return f"{LONG_NAMES[MONTH_NAMES[int(month[5:]) - 1]]} {month[:4]}"


@pytest.mark.parametrize(("company", "years"), [("mentorship", (2028,)),
                                                ("influencer", (2026, 2030))])
def test_the_table_of_companies_holds_what_the_model_gives(company, years):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{company}`"))
    projection = project(load(company))
    found = breakeven(projection)
    assert f"| {long_month(found.first)} | {long_month(found.earned_back)} |" in row
    assert f"USD {found.trough_cash / 1e3:.0f}k in {long_month(found.trough_month)}" in row
    for year in years:
        ebitda = projection.by_year("ebitda")[0, projection.years.index(year)]
        said = f"{ebitda / 1e3:.0f}k" if ebitda < 1e6 else f"{ebitda / 1e6:.1f}m"
        assert f"{said} in {year}" in row
