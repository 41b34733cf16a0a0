"""Whether the published figures hold together: the answer at the head of the page."""

from __future__ import annotations

from collections import Counter

from model.audit import verdicts as judged
from model.audit.source_check import SourceCheck
from model.audit.verdicts import AGREES, CONTRADICTS, WRONG
from model.counts import count
from model.pages.frame import Answer
from model.pages.view import View
from model.views.blocks import Tile


def answer(view: View) -> Answer:
    """How many published claims agree, and how many cannot be right as they are printed."""
    found = list(SourceCheck(view.projection).findings.values())
    number = Counter(finding.verdict for finding in found)
    wrong, against, open_ = number[WRONG], number[CONTRADICTS], number[judged.UNRESOLVED]
    bad = wrong + against
    agree = f"{number[AGREES]} agree{'s' * (number[AGREES] == 1)}"
    said = (f"Not all of them: of {count(len(found), 'published claim')} {agree}, {wrong} cannot "
            f"be right as printed and {against} contradict{'s' * (against == 1)} another figure"
            if bad else
            f"Of {count(len(found), 'published claim')} {agree}, and none is printed wrong or "
            "contradicts another")
    return Answer(f"{said}; {open_ or 'none'} can be read in more than one way.", [
        Tile("Claims with a figure", str(len(found)), "on the pages named below"),
        Tile("Agree", str(number[AGREES]), "follow from other figures, or the plan comes to them"),
        Tile("Printed wrong", str(wrong), "a decimal lost, or rounded wrongly; read otherwise, "
             "they hold", warn=wrong > 0),
        Tile("Contradict another figure", str(against), "of the same pages", warn=against > 0)])
