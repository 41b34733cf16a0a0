"""What it rests on that a published claim agrees, or must be read otherwise than printed.

That a figure follows from others that are printed is a proof; that the plan comes to it is none.
"""

from __future__ import annotations

from model.audit.source_check import SourceCheck
from model.audit.verdicts import AGREES, WRONG, Finding

PRINTED = "other printed figures give it"
ACROSS = "printed figures give it, some of them on another page of the publisher"
PARTLY = "printed figures and an assumption of the plan give it"
LIMIT = "other printed figures rule out every larger reading"
GIVEN = "the plan's other assumptions give it"
GROUNDS = {
    PRINTED: "It follows from other printed figures; that they fit together proves none of them.",
    ACROSS: "It follows from the publisher's pages together; the article alone does not show it.",
    PARTLY: "It follows only as far as the assumption holds.",
    LIMIT: "They set a limit: what is larger does not fit, what is smaller would.",
    GIVEN: "No proof: the plan comes to it from what it assumes.",
}


def ground(check: SourceCheck, finding: Finding) -> str | None:
    """What the verdict rests on; None where it is not one of agreement or of a lost decimal."""
    claim = finding.claim
    if finding.verdict not in (AGREES, WRONG):
        return None
    return _proved(check, finding) if claim.proof or claim.read else GIVEN


def _proved(check: SourceCheck, finding: Finding) -> str:
    claim = finding.claim
    if finding.assumed:
        return PARTLY
    proof = claim.proof
    if proof and proof.bound != "equal":
        return LIMIT
    formulas = (proof.value, proof.equals) if proof else (claim.read,)
    read = {name for formula in formulas if formula for name in check.reads(formula)}
    pages = {check.claims.claims[name].page for name in read if name in check.claims.claims}
    return ACROSS if any(pages) or claim.page else PRINTED
