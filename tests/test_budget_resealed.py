"""A log in which somebody wrote something else and renewed every hash ends in a sentence."""

import json
import random

import pytest

from model import cli
from model.budget.accounts.log import FIRST, digest

EXAMPLE = "params/budget/examples/invented_quarter.csv"
OTHER = (None, True, -1, 10**30, "", "2026-99-99", [], {}, [1], {"a": 1}, "ONE", 5, "\x1b[2J")


def resealed(entries):
    made, last = b"", FIRST
    for entry in entries:
        body = json.dumps({**entry, "prev": last}, separators=(",", ":")).encode()
        last = digest(body)
        made += body[:-1] + f',"hash":"{last}"}}\n'.encode()
    return made


@pytest.mark.parametrize("seed", range(4))
def test_a_log_of_other_types_is_read_or_refused_in_a_sentence(folder, capsys, seed):
    review = ["budget", "review", "--events", EXAMPLE, "--log", "log", "--format", "json"]
    assert cli.main(review) == 0
    move = next(each["id"] for each in json.loads(capsys.readouterr().out)["proposals"]
                if each["state"] == "open" and each["kind"] == "move")
    assert cli.main([*review, "--approve", move, "--by", "A. Person"]) == 0
    entries = [json.loads(line) for line in (folder / "log").read_bytes().splitlines()]
    for entry in entries:
        del entry["hash"]
    kinds = sorted({entry["kind"] for entry in entries})
    draw = random.Random(seed)
    for _ in range(12):
        changed = json.loads(json.dumps(entries))
        kind = draw.choice(kinds)
        entry = draw.choice([each for each in changed if each["kind"] == kind])
        part = draw.choice((entry, entry["inputs"], entry["inputs"]))
        name = draw.choice([key for key in part if key not in ("seq", "prev")] or ["event"])
        part[name] = draw.choice(OTHER)
        if part is not entry and draw.random() < 0.2:
            del part[name]
        (folder / "log").write_bytes(resealed(changed))
        capsys.readouterr()
        code = cli.main(review)
        told = capsys.readouterr()
        assert code in (0, 2), (kind, name)
        assert code == 0 or (told.out == "" and all(line.isprintable() and line.endswith((".", "?"))
                                                    for line in told.err.splitlines()))
