"""The comparison page says what has changed since each plan that was sent."""

import re

import pytest
from packs import LATER, changed, edit, head, keep, said

from model.packs import pack
from model.pages import comparison as pages
from model.pages.comparison.view import open_comparison
from model.reporting import jobs

# What stands in files and commands, and not on a page.
CODES = re.compile(r"\b20\d\d-\d\d|\b\w+_\w+\b|\bline \w+|\.zip|\.yaml")


def page(company="mentorship"):
    view = open_comparison(company)
    return pages.since(view), pages.since_controls(view)


def test_without_packs_the_page_says_so(folder):
    since, _ = page()
    assert since.text == ("No plan of this company that was sent is kept here, so there is nothing "
                          "to compare with.")


@pytest.mark.usefixtures("sketched")
def test_the_page_says_what_has_changed_since_the_youngest_pack(october, folder):
    october.rename(october.with_name("october_2026.zip"))
    keep(folder, "other", "influencer")
    said(keep(folder, "august", "mentorship"), lambda record: record.update(made="2026-08-31"))
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    text = page()[0].text
    assert text.startswith(
        "Since October 2026, sent on 31 Oct 2026, 2 assumptions and 4 entries of actuals changed, "
        "and EBITDA 2028 goes from USD 710.7k to USD 613.3k: Match rate USD \u221297.4k.")
    for row in ("Opening cash | all months | 1,000,000 USD | 900,000 USD",
                "Match rate | all months | 75% | 72%", "Last closed month | Feb 2026 | Mar 2026",
                "Revenue, Feb 2026 | 6000 | 6100.50",
                "Now | \u2212427,568.01 | \u2212222,337.65 | 613,290.78",
                "October 2026 | 31 Oct 2026 | Base | Oct 2027 | 293.0k | 710.7k",
                "August | 31 Aug 2026 | Base | Oct 2027 | 293.0k | 710.7k",
                "Plan of this page |  | Base | Nov 2027 | 152.0k | 613.3k"):
        assert row in text
    assert "Other |" not in text
    assert not CODES.findall(text)
    assert "October 2026</span>, sent on" in page()[0].html


@pytest.mark.usefixtures("sketched")
def test_the_page_says_what_cannot_be_compared(october, folder):
    october.with_name("broken.zip").write_bytes(b"no")

    def otherwise(record):
        record["formulas"]["line ebitda"] |= {"formula": "x", "words": "Contribution"}
        record["definitions"]["KPI mentee_cac"]["target"] = 120
        record["headlines"]["ebitda_2028"]["value"] += 1000
    said(october, otherwise)
    text = page()[0].text
    assert text.startswith("What was sent and cannot be used any more, as a file was changed or "
                           "another version of the model wrote it: broken.")
    assert ("Since October, sent on 31 Oct 2026, 1 formula and 1 definition changed, and EBITDA "
            "2028 goes from USD 711.7k to USD 710.7k: Formulas USD \u22121.0k.") in text
    assert "Mentee CAC, target | 120 | 100" in text
    assert not CODES.findall(text)


@pytest.mark.usefixtures("sketched")
def test_the_page_of_a_scenario_that_is_gone_still_shows_its_figures(folder):
    keep(folder, "september", "mentorship", "upside")
    (folder / "params" / "mentorship" / "scenarios" / "upside.yaml").unlink()
    text = page()[0].text
    assert text.startswith("September, sent on 31 Oct 2026, is of the scenario Upside, which is no "
                           "longer there.")
    assert "September | 31 Oct 2026 | Upside |" in text


@pytest.mark.usefixtures("sketched")
def test_one_word_for_one_plan_and_no_figure_under_a_year_of_other_months(folder):
    keep(folder, "september", "mentorship", "downside")
    head(folder, "months: 60\n", "months: 66\nreport_years_from: 7\n")
    text = page()[0].text
    assert re.match("Since September, sent on 31 Oct 2026, .*the plan as a whole changed; its "
                    "months or years are others, so nothing is bridged[.]", text)
    assert "Years | calendar years | years from July, named after the calendar year in which they" \
        in text
    assert "With other months in September than in the plan of now, so not compared: FY2026" in text
    assert "Only in the plan of now, so not compared: FY2031." in text
    assert "Horizon | Jan 2026 to Dec 2030 | Jan 2026 to Jun 2031" in text
    assert re.search(r"September \| 31 Oct 2026 \| Downside \|.* \| other months\n", text)
    # The plan that was sent is of another scenario than the page.
    assert re.search(r"\nPlan of this page \|  \| Base \|", text) and "\nNow |" not in text
    assert not CODES.findall(text)


def test_a_pack_that_cannot_be_used_is_named_for_its_company_alone(october, folder):
    def without_plan(contents):
        del contents["params/mentorship/base.yaml"]
    changed(october, without_plan)
    october.with_name("broken.zip").write_bytes(b"no")
    keep(folder, "other", "influencer")
    assert [(len(packs), names) for packs, names in map(pack.kept, ("influencer", "mentorship"))] \
        == [(1, ["broken"]), (0, ["broken", "october"])]


def test_a_new_pack_makes_the_page_of_the_company_anew_and_no_other(october):
    found = jobs.select(["mentorship"], ["base"], ["comparison", "breakeven"], [])
    wanted = [job for job in found.every if job.company == "mentorship"
              and job.key.endswith(("/comparison", "base/breakeven"))]
    before = [jobs.Inputs().fingerprint(job) for job in wanted]
    october.rename(october.with_name("later.zip"))
    after = [jobs.Inputs().fingerprint(job) for job in wanted]
    assert {job.key: one != other for job, one, other in zip(wanted, before, after, strict=True)} \
        == {"mentorship/base/breakeven": False, "mentorship/comparison": True}
    # It is what the page is made of, and not the code.
    stamp = jobs.Inputs().stamp(wanted[-1])
    october.with_name("later.zip").unlink()
    changed_stamp = jobs.Inputs().stamp(wanted[-1])
    assert [name for name in stamp if stamp[name] != changed_stamp[name]] == ["params"]
