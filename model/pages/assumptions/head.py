"""What is assumed and who says so: the answer at the head of the page."""

from __future__ import annotations

from model.analysis.register import SCENARIO, register, shares
from model.pages.frame import Answer
from model.pages.view import View
from model.params.values import EVIDENCE
from model.views.blocks import Tile
from model.views.formats import format_value


def answer(view: View) -> Answer:
    """How many assumptions there are, and on what they rest."""
    rows = register(view.assumptions)
    portions = shares(rows)
    backed = [row for row in rows if row.kind in EVIDENCE]
    records = sum(row.kind == "records" for row in rows)
    changed = sum(row.kind == SCENARIO for row in rows)
    ours = portions.get("estimate", 0) + portions.get("calibrated", 0)
    low = sum(row.confidence == "low" for row in rows)
    said = f"The plan rests on {len(rows)} assumptions: "
    parts = [f"{len(backed)} are published or follow from published figures"] * bool(backed)
    parts += [f"{records} come from the company's own records"] * bool(records)
    parts += [f"{changed} are this scenario's own"] * bool(changed)
    parts += [f"{format_value(ours, 'fraction')} are estimates, or were set so that a published "
              "figure is met"]
    tiles = [Tile("Assumptions", str(len(rows)), "each with its unit and its source")]
    if backed:
        tiles.append(Tile("Published, or derived from it", str(len(backed)),
                          f"{format_value(len(backed) / len(rows), 'fraction')} of all"))
    tiles.append(Tile("Estimated or calibrated", format_value(ours, "fraction"),
                      "nobody has published these"))
    tiles.append(Tile("Changed by this scenario", str(changed), "of base's values") if changed else
                 Tile("Low confidence", str(low), "in the source of the value"))
    return Answer(f"{said}{'; '.join(parts)}.", tiles)
