"""How the figures of a published claim are written: in full, beside what was printed."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

from model.audit.grounds import PRINTED, ground
from model.audit.source_check import SourceCheck
from model.audit.verdicts import AGREES, Finding, Quantity, Result
from model.companies.arithmetic import Reference
from model.companies.claims import Check
from model.pages.frame import inside, listed
from model.params.calendar import month_label
from model.views.formats import MINUS, NOTHING, format_month

_NEVER = "never"
_BARE = ("", "ratio", "month", "year", "fraction")
_BOUNDS = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}


def full(number: float, unit: str) -> str:
    """A number with its digits as a page would print them, nothing shortened to k or m."""
    if not math.isfinite(number):
        return _NEVER if number > 0 else NOTHING
    head = unit.partition("/")[0]
    if unit == "month":
        return format_month(month_label(int(number)))
    if unit == "year":
        return f"{number:.0f}"
    if head == "fraction":
        return f"{_trimmed(100 * number, 2)}%"
    if head == "USD":
        text = _trimmed(number, 2 if abs(number) >= 1 else 4)
        return f"{text}0" if text[-2:-1] == "." and abs(number) >= 1 else text
    size = abs(number)
    return _trimmed(number, 4 if size < 0.1 else 3 if size < 1 or unit == "ratio" else 2)


def quantity(number: float, unit: str) -> str:
    """The same with its unit: `USD 34,383.33`, `22 months`, `24.94%`."""
    text, head = full(number, unit), unit.partition("/")[0]
    if text in (NOTHING, _NEVER) or head in _BARE:
        return text
    if head == "USD":
        return f"USD {text}"
    return f"{text} {head.removesuffix('s') if text == '1' else head}"


def _trimmed(number: float, decimals: int) -> str:
    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    text = f"{abs(rounded):,}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return MINUS + text if rounded < 0 else text


def worked_out(check: SourceCheck, result: Result) -> str:
    """What a check works out, in words and numbers: `Budget over CAC: 150,000 ÷ 500 = 300`."""
    return f"{result.found.label}: {_sum(check, result.check, result.found)}"


def held(check: SourceCheck, result: Result) -> str:
    """The same, with what it is held to, where that is not what it gives."""
    unit, bound = result.found.unit, result.check.bound
    if bound == "equal" and result.holds:
        return worked_out(check, result)
    return (f"{worked_out(check, result)}, {_against(result)} {quantity(result.expected, unit)}"
            f"{', which differs in wording only' if result.in_words else ''}")


def _sum(check: SourceCheck, of: Check, result: Quantity) -> str:
    answer, formula = quantity(result.number, result.unit), of.value
    if formula.single and formula.single.name in check.claims.terms:
        formula = check.claims.terms[formula.single.name].value
    if formula.single:
        return answer

    def write(reference: Reference) -> str:
        value = check.quantity(reference)
        return full(value.number, value.unit)

    return f"{formula.in_words(write)} = {answer}"


def proof(check: SourceCheck, finding: Finding) -> str:
    """Why a claim is read as it is, what it does not hold together with, and what follows."""
    claim = finding.claim
    parts = [held(check, result) for result in (finding.proof, *finding.against) if result]
    parts += _weak(check, finding)
    if claim.argued and claim.read is not None:
        parts += [worked_out(check, check.result(claim.argued, claim)), as_read(check, finding)]
    parts += [(held if beside.bound != "equal" else worked_out)(check, check.result(beside, claim))
              for beside in claim.beside]
    parts += [f"{what}: {words}".removesuffix(".") for what, words in
              (("Another measure", claim.another), ("Judgment", claim.judgment)) if words]
    return ". ".join(parts or ["Printed without a source" if claim.kind == "goal" else
                               "No other printed figure gives it"]) + "."


def _weak(check: SourceCheck, finding: Finding) -> list[str]:
    """Why a proof that holds is less than one."""
    reasons = []
    if finding.also is not None:
        other = {0: "as printed", 1: "with one lost decimal"}.get(
            finding.also, f"with {finding.also} lost decimals")
        reasons.append(f"This does not decide how to read it: it holds {other}, too")
    if finding.assumed:
        entries = check.projection.assumptions.entries
        named = listed([f"{inside(entries[path].label)} "
                        f"({entries[path].source.partition(':')[0]})" for path in finding.assumed])
        reasons.append(f"This rests on an assumption of the plan: {named}")
    return reasons


def as_read(check: SourceCheck, finding: Finding) -> str:
    """The figure that an argument comes to when it starts from the figures as read."""
    again = Check(finding.claim.read, "From the figures as read")
    return worked_out(check, check.result(again, finding.claim))


def read_as(finding: Finding) -> str:
    """The figure as it must be read."""
    claim = finding.claim
    if claim.names:
        return "names only"
    if finding.printed and not math.isnan(finding.face) and not finding.damaged:
        return "as printed"
    return quantity(finding.read, claim.unit)


def model_gives(finding: Finding) -> str:
    """What the projection gives where the claim says something that it has."""
    claim = finding.claim
    if claim.names:
        absent = ", ".join(name.replace("_", " ") for name in finding.missing)
        return f"lacks {absent}" if absent else f"has all {len(claim.names)} of them"
    if finding.model is None:
        return NOTHING
    model, holds = finding.model.found, finding.model.holds
    if math.isnan(model.number):
        return f"no value ({inside(model.label)})"
    fitted = "; calibrated to it" if (claim.calibrated or claim.fitted) and holds else ""
    value = f"{quantity(model.number, model.unit)} ({inside(model.label)}{fitted})"
    if finding.model.check.bound == "equal" and holds:
        return value
    return f"{value}, {_against(finding.model)} {quantity(finding.read, claim.unit)}"


def _against(result: Result) -> str:
    """`above`, or `not above` where it does not hold."""
    words = _BOUNDS.get(result.check.bound, "")
    return words if result.holds else f"not {words}".strip()


def agreement(check: SourceCheck) -> str:
    """How many claims follow from other printed figures, and how many of these are of the plan."""
    kinds = [each.claim.kind for each in check.findings.values()
             if each.verdict == AGREES and ground(check, each) == PRINTED]
    if not kinds:
        return "none follows from other printed figures"
    plan = sum(kind in ("plan", "outcome") for kind in kinds)
    return (f"{len(kinds)} {'follows' if len(kinds) == 1 else 'follow'} from other printed "
            f"figures, {plan or 'none'} of them about the plan itself")


def leaning(check: SourceCheck) -> str:
    """How many agreements are an identity in which another figure must be read otherwise."""
    damaged = {name for name, each in check.findings.items() if each.damaged}
    number = sum(bool(damaged.intersection(check.identity(each.claim)))
                 for each in check.findings.values() if each.verdict == AGREES)
    return (f"{number} of the agreements {'holds' if number == 1 else 'hold'} only with another "
            "figure of the identity read otherwise than printed. " if number else "")


def elsewhere(check: SourceCheck) -> str:
    """How many claims are printed on another page, which the article cannot vouch for."""
    pages = [claim.page for claim in check.claims.claims.values() if claim.page]
    if not pages:
        return ""
    return (f"{len(pages)} of them are not in the article: they are printed on the publisher's "
            f"page on {listed(sorted(set(pages)))} or follow from it. ")
