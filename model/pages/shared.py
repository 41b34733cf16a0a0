"""Cells that every page has, and small pieces of wording."""

from __future__ import annotations

import re

from model.companies import company_module
from model.companies.glossary import glossary
from model.counts import inside
from model.pages.view import View
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, say, sentence_case
from model.workbook import verification

# Less than this is not money that somebody is owed. [USD]
_CENT = 0.01
# What an alert holds for who knows the files: codes of alert and rule, a path in brackets, and
# months and quarters as they are typed.
_CODES = re.compile(r"A\d+ (?:R\d+ )?")
_PATH = re.compile(r" \((?:[a-z0-9_]+\.)*[a-z0-9_]*[a-z0-9]\)(?= )")
_MONTH = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])\b")
_QUARTER = re.compile(r"\b((?:19|20)\d\d)-Q([1-4])\b")
WORKBOOK = "Workbook of this company, against the model"


def subject(view: View, what: str) -> str:
    """Who and what, for a chart's second line: `Career mentorship marketplace · Base · …`."""
    return f"{view.assumptions.title} · {view.assumptions.scenario_title} · {what}"


def checks(view: View) -> Table:
    """Every check that was made and its result, and whether the workbook gives the same numbers."""
    failed = {name.partition(":")[0]: name for name in view.checks.failed}
    made = view.checks.made
    results = [failed[name].partition(": ")[2] if name in failed else "holds" for name in made]
    return Table("Checks on this projection", [*made, WORKBOOK],
                 {"Result": [*results, verification.verified(view.assumptions)]}, corner="Check")


def limits() -> Note:
    """What a reader must not take this page for."""
    return Note("What this page is not", (
        "A forecast of what will happen: it works out what the assumptions imply, and most of "
        "them are estimates (see the assumptions page).",
        "A valuation, or advice to invest.",
        "Complete: one tax rate on profit stands for all income tax; sales tax, leases, shares "
        "given to staff and other currencies are left out."))


def checks_and_limits(view: View) -> Block:
    """Both in one cell, for a notebook that has no room for two."""
    said = limits()
    return Block("", table=checks(view), open=True,
                 reading=f"{said.sentence}: {' '.join(said.items)}")


def has_ads(view: View) -> bool:
    """Whether the company has digital ads, which stand apart from LTV and CAC."""
    return bool(company_module(view.company).ADS)


def words(view: View) -> Table:
    """The terms of these pages, for a reader who does not use them every day; none of what the
    company does not have."""
    module, projection = company_module(view.company), view.projection
    ads, held = has_ads(view), "custodial_cash" in projection
    paid = [inside(glossary().segment(line.partition(".")[2])) for line in module.COMMISSIONS
            if line in projection]
    bought = ["digital ads"] * ads + paid
    found = {
        "EBITDA": "Earnings before interest, tax, depreciation and amortization: contribution less "
                  "marketing, payroll and fixed cost.",
        "Contribution": "Revenue less all costs that rise and fall with it.",
        "Break-even": "The first is the first month with EBITDA at or above zero. Earned back, as "
                      "the sources define break-even, is the month since when EBITDA of all months "
                      "so far adds up to zero or more.",
        "CAC": "Customer acquisition cost: marketing budget over new customers; "
               f"{listed([*bought, 'sales staff'])} are not in it.",
        "LTV": "Lifetime value: what a customer contributes over its expected life"
               f"{', before digital ads' if ads else ''}.",
        "LTV:CAC": "Lifetime value over acquisition cost; the sources ask for 3 or more.",
        "Fully loaded": "LTV:CAC with all that wins a customer in the CAC "
                        f"({'digital ads and ' if ads else ''}those who sell) and those who "
                        "deliver taken out of the LTV"
                        + (f"; {listed(paid)} stay in the LTV." if paid else "."),
        "GMV": "Gross merchandise value: what mentees pay for sessions, most of which is the "
               "mentors'." if "gmv" in projection else "",
        "Take rate": "Share of GMV that the platform keeps." if "gmv" in projection else "",
        "Runway": "Months that cash lasts at the recent net burn"
                  f"{'; what is held for mentors is not counted' if held else ''}. Without dated "
                  "purchases of assets, as the alert and the investor report have it, it is longer "
                  "or the same.",
        "Custodial cash": "Money in the account that belongs to mentors until it is paid out."
                          if held else "",
        "Deferred revenue": "What customers paid ahead and has not been delivered yet: owed, not "
                            "earned.",
        "Working capital": "What customers owe, less what the company owes and was paid ahead.",
        "E": "Marks an error check: where one fails, do not trust the figures.",
        "Alert": "Something that a reader would want to know; it says nothing against the figures.",
        "k, m": "Thousand and million USD."}
    found = {word: meaning for word, meaning in found.items() if meaning}
    return Table("Terms and abbreviations", list(found), {"Meaning": list(found.values())},
                 corner="Word")


def target_year(view: View) -> int:
    """The year whose EBITDA the source prints; the last where the plan does not have it."""
    year = view.profile.published.ebitda_year
    return year if year in view.projection.years else view.projection.years[-1]


def spoken(alert: str) -> str:
    """An alert as a reader meets it: the codes, paths and dates of files and commands in words."""
    said = _PATH.sub("", _CODES.sub("", alert, count=1))
    said = _QUARTER.sub(r"Q\2 \1", said)
    return sentence_case(_MONTH.sub(lambda found: format_month(found[0]), said))


def tax_held(view: View) -> str:
    """A sentence on the tax that cash at the end of the plan still holds; empty without any."""
    projection, last = view.projection, view.projection.years[-1]
    owed = float(projection["tax_payable"][0, -1])
    if owed < _CENT:
        return ""
    month = int(view.assumptions.series["tax.payment_month"].values[0, 0])
    return (f"Cash at the end of {last} still holds {say(owed, 'USD')} of tax of {last} that is "
            f"paid in {format_month(f'{last + 1}-{month:02d}')}: tax is charged once a year, in "
            "December, and paid in the year after.")


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
