"""What can be found of a published claim: its checks, its finding, and the verdict on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from model.analysis.kpis import on_target
from model.companies.claims import Check, Claim

AGREES = "agrees"
REPEATS = "repeats"
FITTED = "calibrated"
TAKEN = "taken over"
WORKED_OUT = "worked out"
ANOTHER = "another measure"
GOAL_MET, GOAL_MISSED = "goal met", "goal not met"
MOOT = "nothing to answer"
WRONG = "printed wrong"
CONTRADICTS = "contradicts another figure"
NOT_REPRODUCIBLE = "not reproducible"
UNRESOLVED = "unresolved"
NOT_COMPARED = "not comparable"
VERDICTS = {
    AGREES: "As printed, it follows from other printed figures, or the plan comes to it from what "
            "it assumes; which of the two stands beside.",
    REPEATS: "It agrees by an identity that another claim shows already: the same figures, turned "
             "round. An identity counts once.",
    FITTED: "An assumption was moved until the plan gave it, or is derived from it: that is no "
            "agreement.",
    TAKEN: "It is an input or a name of the plan, which cannot but have it: that is no agreement.",
    WORKED_OUT: "Printed nowhere: it is worked out from printed figures, and no more than that.",
    ANOTHER: "What it is held against measures something else; equal or not, that is no agreement.",
    GOAL_MET: "A goal or benchmark that the plan meets, which says nothing of the figure itself.",
    GOAL_MISSED: "A goal or benchmark that the plan misses; both can hold together.",
    WRONG: "A decimal was lost, or the figure was worked out from one that lost it, or it is "
           "rounded wrongly; read otherwise, it holds.",
    CONTRADICTS: "It cannot hold together with another figure of the page.",
    MOOT: "It answers a figure that lost its decimal; as read, there is nothing left to answer.",
    NOT_REPRODUCIBLE: "Nothing printed gives it, and the model does not give it either.",
    UNRESOLVED: "More than one reading is possible; which one is taken is a judgment.",
    NOT_COMPARED: "It is of a calendar year, which the plan does not show whole, so nothing of the "
                  "plan can be held against it.",
}
# Verdicts by which nothing is wrong with a claim.
HOLDS = (AGREES, REPEATS, FITTED, TAKEN, WORKED_OUT, GOAL_MET, NOT_COMPARED)


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, and what it is."""

    number: float
    unit: str
    label: str = ""


@dataclass(frozen=True)
class Result:
    """What a check of a claim gives, and whether it holds against what it is held to."""

    check: Check
    found: Quantity
    expected: float
    holds: bool

    @property
    def in_words(self) -> bool:
        """Whether it fails in wording only: the figure itself is enough for one statement, and
        the other asks for more or less than it."""
        return (not self.holds and self.check.bound in ("above", "below")
                and on_target(self.found.number, self.expected))


@dataclass(frozen=True)
class Finding:
    """A claim checked. `face` is the figure as printed, NaN where none is; `read` as it must be
    read; `missing` are names that the model does not have. `also` is a smaller number of lost
    decimals with which the proof holds, too, so that it decides nothing; `assumed` are the
    assumptions on which it rests; `repeats` is the claim whose identity it shows again."""

    claim: Claim
    printed: str
    face: float
    read: float
    proof: Result | None
    against: tuple[Result, ...]
    model: Result | None
    missing: tuple[str, ...]
    damaged: bool
    verdict: str
    also: int | None = None
    assumed: tuple[str, ...] = ()
    repeats: Claim | None = None


def verdict_of(claim: Claim, proof: Result | None, against: tuple[Result, ...],
               model: Result | None, missing: tuple[str, ...], damaged: bool,
               worked_out: bool = False, typed: bool = False, also: int | None = None) -> str:
    """The verdict on a claim by itself; whether it repeats another is seen beside the others.
    `worked_out` says that it is not printed, `typed` that the model has it as an input. `also`
    says with how few lost decimals the proof holds, too: then it does not say how to read it."""
    if claim.readings or also is not None:
        return UNRESOLVED
    if any(not (result.holds or result.in_words) for result in (proof, *against) if result):
        return CONTRADICTS
    if claim.another:
        return ANOTHER
    if (claim.kind == "goal" and model and model.check.bound != "equal"
            and not math.isnan(model.found.number)):
        return GOAL_MET if model.holds else GOAL_MISSED
    if missing or (model and not model.holds):
        return NOT_REPRODUCIBLE
    if damaged:
        return WRONG
    if claim.argued and claim.read is None and proof is None:
        return MOOT
    if proof and not worked_out:
        return AGREES
    return _of_model(claim, model, worked_out, typed)


def _of_model(claim: Claim, model: Result | None, worked_out: bool, typed: bool) -> str:
    """The verdict where no other printed figure gives it."""
    if model and claim.calibrated:
        return FITTED
    if claim.names or typed:
        return TAKEN
    if worked_out:
        return WORKED_OUT
    return AGREES if model else NOT_REPRODUCIBLE
