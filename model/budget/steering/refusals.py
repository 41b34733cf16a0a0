"""What the ledger refuses of an export, in a sentence for each bucket and reason."""

from __future__ import annotations

from collections.abc import Sequence

from model.budget import money
from model.budget.programme.export import Records
from model.budget.steering.journal import Refused


def refusals(records: Records, refused: Sequence[Refused]) -> tuple[str, ...]:
    """How many rows of a bucket the ledger refuses for one reason, their sum, and the first.

    A booking whose outcome is refused too is named by its outcome alone: it is the same money.
    """
    ids = {each.id for each in refused}
    outcomes = {row.booking for row in records.rows
                if row.booking and row.event != "booked" and row.id in ids}
    over = {row.id for row in records.rows if row.event == "booked" and row.booking in outcomes}
    groups: dict[tuple[str, str], list[Refused]] = {}
    for each in refused:
        if each.id not in over:
            groups.setdefault((each.bucket, each.why), []).append(each)
    return tuple(_said(bucket, why, rows) for (bucket, why), rows in groups.items())


def _said(bucket: str, why: str, rows: list[Refused]) -> str:
    if len(rows) == 1:
        return rows[0].words
    first = rows[0]
    return (f"{len(rows):,} rows of {bucket}, {money.shown(sum(each.cents for each in rows))} in "
            f"all, are not in the ledger, as {why}; the first is row {first.id} ({first.day}), "
            f"{money.shown(first.cents)}.")
