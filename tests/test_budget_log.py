"""The log is the only writer: it replays byte for byte, shows tampering, and survives a crash."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.budget.accounts import ledger as ledgers
from model.budget.accounts.balances import open_balances
from model.budget.accounts.ledger import Ledger, as_bytes, balances_of, cells, opening, replay
from model.budget.accounts.log import Log, hash_of, line_of, read_lines, verify
from model.budget.plan.plan import CON, GRP, LIB, MEA, ONE, REC, load_plan
from model.budget.steering.review import read_log
from model.problems import InputError

PLAN = load_plan()
WHO = {"time": "2026-01-06", "actor": "bookings"}
KINDS = ("commit", "spend", "settle", "move", "set_released", "open_equity", "note")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


@contextmanager
def opened(path, plan=PLAN):
    """A ledger that writes every posting to its log at once."""
    with Log.open(path) as log:
        logged = read_log(path, plan)
        if logged.balances is None:
            log.append_all([opening(plan)])
        yield Ledger(plan, log, logged.balances or open_balances(plan))


def reopen(path, plan=PLAN):
    with opened(path, plan):
        pass


def written(path):
    """A log with a few postings; gives the cells at its end."""
    with opened(path) as ledger:
        ledger.post("commit", ONE, 7_500, **WHO)
        ledger.post("settle", ONE, 7_500, 3_750, **WHO)
        ledger.post("spend", LIB, 10_000, equity=True, **WHO)
        ledger.move(ONE, MEA, 5, **WHO)
        ledger.move(CON, REC, 40_000, rule="R11", reason="week 5, 12 of 80 canceled", **WHO)
        return cells(ledger.balances)


def entries(path):
    return list(read_lines(path))


def random_use(ledger, rng, steps):
    for _ in range(steps):
        kind, bucket, cents = rng.choice(KINDS), int(rng.integers(0, 8)), int(rng.integers(-9, 9e5))
        equity = bool(rng.random() < 0.5)
        if kind == "note":
            ledger.note("alert", {"week": int(rng.integers(1, 14))}, **WHO)
        elif kind == "move":
            ledger.move(bucket, int(rng.integers(0, 8)), cents, approval="A. Person",
                        approval_day="2026-01-05", reason="why", **WHO)
        elif kind == "settle":
            ledger.post("settle", bucket, cents, cents // 2, equity=equity, **WHO)
        elif kind == "set_released":
            ledger.set_released(cents, **WHO)
        elif kind == "open_equity":
            ledger.open_equity(**WHO)
        else:
            ledger.post(str(kind), bucket, cents, equity=equity, **WHO)


# Replay -------------------------------------------------------------------------------------------

def test_replay_gives_the_ledger_and_every_change_has_one_entry(path):
    end = written(path)
    assert as_bytes(replay(path)) == as_bytes(end)
    found = entries(path)
    assert [entry["kind"] for entry in found] == ["open", "commit", "settle", "spend", "rejected",
                                                  "move"]
    assert found[1]["before"] == {"ONE.committed": 0}
    assert found[1]["after"] == {"ONE.committed": 7_500}
    assert found[5]["rule"] == "R11" and found[5]["actor"] == "bookings"
    assert found[5]["inputs"]["cents"] == 40_000 and found[5]["inputs"]["reason"]
    assert verify(path) is None


def test_what_is_rejected_is_logged_with_its_reason_and_changes_nothing(path):
    with opened(path) as ledger:
        before = ledger.balances
        assert not ledger.post("commit", ONE, 7_000_000, **WHO).accepted
        assert ledger.balances is before
    last = entries(path)[-1]
    assert (last["kind"], last["before"], last["after"]) == ("rejected", {}, {})
    assert last["inputs"]["asked"] == "commit" and "available" in last["inputs"]["why"]


@settings(max_examples=25,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_any_use_replays_byte_for_byte_in_parts_or_whole(tmp_path, seed):
    rng, path = np.random.default_rng(seed), tmp_path / f"{seed}.jsonl"
    for _ in range(2):
        with opened(path) as ledger:
            random_use(ledger, rng, 12)
            random_use(ledger, rng, 12)
            end = cells(ledger.balances)
        assert as_bytes(replay(path)) == as_bytes(end) == as_bytes(cells(balances_of(end)))
    changed = [entry for entry in entries(path) if entry["kind"] not in ("note", "rejected",
                                                                         "alert")]
    changes = [entry for entry in entries(path) if entry["after"]]
    assert {entry["seq"] for entry in changes} <= {entry["seq"] for entry in changed}
    path.unlink()


def test_the_ledger_of_one_replication_is_that_of_one_programme():
    many = open_balances(PLAN, (3,))
    assert cells(many, (1,)) == cells(open_balances(PLAN))
    from model.budget.accounts.posting import commit
    after = commit(many, ONE, 5, where=np.array([False, True, False])).balances
    assert ledgers.changes(many, after, (1,)) == ({"ONE.committed": 0}, {"ONE.committed": 5})
    assert ledgers.changes(many, after, (0,)) == ({}, {})


def test_no_float_stands_in_the_log(path):
    written(path)

    def no_float(text):
        raise AssertionError(text)

    for line in path.read_bytes().splitlines():
        json.loads(line, parse_float=no_float, parse_constant=no_float)
    with opened(path) as ledger:
        size = path.stat().st_size
        for wrong in (0.5, np.int64(5), float("nan"), {"a": [1.0]}, {1: 2}):
            with pytest.raises(ValueError, match=r"whole numbers|no text"):
                ledger.note("alert", {"z": wrong}, **WHO)
        assert path.stat().st_size == size


# Crashes ------------------------------------------------------------------------------------------

def test_a_crash_at_any_byte_loses_nothing_that_was_acknowledged(path):
    written(path)
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 10]
    states = {0: None}
    for count, end in enumerate(ends, 1):
        path.write_bytes(whole[:end])
        states[count] = replay(path)
    for size in [*range(ends[0] - 3, len(whole), 41), *ends, *(end - 1 for end in ends)]:
        path.write_bytes(whole[:size])
        # An entry that lacks only the end of its line carries its hash, so it was written whole.
        acknowledged = sum(end - 1 <= size for end in ends)
        if not acknowledged:
            continue
        assert replay(path) == states[acknowledged]
        with opened(path) as ledger:
            torn = not {size, size + 1} & set(ends)
            assert bool(ledger.log.warning) == torn
            assert cells(ledger.balances) == states[acknowledged]
            assert ledger.post("commit", GRP, 100, **WHO).accepted
        assert len(entries(path)) == acknowledged + 1 and verify(path) is None


def test_the_end_of_the_last_line_may_be_lost_and_comes_back(path):
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert verify(path, hash_of(whole.splitlines(keepends=True)[-1])) is None
    assert path.read_bytes() == whole[:-1]
    with opened(path) as ledger:
        assert ledger.log.warning is None and path.read_bytes() == whole


def test_a_full_disk_leaves_no_empty_log_and_names_the_file(path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    log = Log.open(path)
    monkeypatch.setattr("os.fsync", full)
    with log, pytest.raises(OSError, match="No space") as refused:
        log.append_all([opening(PLAN)])
    assert refused.value.filename == str(path) and not path.exists()


def test_a_log_whose_first_line_was_torn_begins_anew(path):
    path.write_bytes(b'{"seq":0,"time":"2026')
    with opened(path) as ledger:
        assert "never acknowledged" in ledger.log.warning
    assert [entry["kind"] for entry in entries(path)] == ["open"]


@pytest.mark.parametrize("content", [b'{"my":"notes"}', b"precious", b'{"seq":1,"time":"'])
def test_the_file_of_somebody_else_is_refused_and_stays(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no log; name another file"):
        reopen(path)
    assert path.read_bytes() == content


def test_a_full_disk_leaves_the_log_as_it_was(path, monkeypatch):
    written(path)
    with opened(path) as ledger:
        whole, before = path.read_bytes(), ledger.balances

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            ledger.post("commit", ONE, 100, **WHO)
        monkeypatch.undo()
        assert path.read_bytes() == whole and ledger.balances is before
        assert ledger.post("commit", ONE, 100, **WHO).accepted
    assert verify(path) is None


# Tampering ----------------------------------------------------------------------------------------

@settings(max_examples=60,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_byte_that_is_changed_shows_its_line(tmp_path, data):
    path = tmp_path / "one.jsonl"
    path.unlink(missing_ok=True)
    written(path)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 2))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    line = whole[:at].count(10) + 1
    whole[at] = new
    path.write_bytes(bytes(whole))
    said = verify(path)
    # A line that is cut in two by a new end is refused as its first part.
    assert said and f"{path.name}:{line}:" in said
    with pytest.raises(InputError):
        reopen(path)
    assert path.read_bytes() == bytes(whole)


@pytest.mark.parametrize("tamper", [
    lambda lines: lines[:2] + lines[3:],
    lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    lambda lines: [*lines[:3], lines[2], *lines[3:]],
    lambda lines: lines[1:],
])
def test_entries_removed_exchanged_or_repeated_show(path, tamper):
    written(path)
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True))))
    assert "does not follow the entry before it" in verify(path)


@pytest.mark.parametrize(("seq", "prev"), [(7, None), (6, "0" * 64)])
def test_an_entry_sealed_anew_must_follow_the_one_before(path, seq, prev):
    written(path)
    with opened(path) as ledger:
        head = ledger.log.head
    entry = {"seq": seq, "time": "2026-01-07", "actor": "nobody", "rule": "", "kind": "note",
             "inputs": {}, "before": {}, "after": {}, "prev": prev or head}
    with path.open("ab") as stream:
        stream.write(line_of(entry))
    assert f"{path.name}:7: does not follow" in verify(path)


def test_what_is_cut_off_shows_against_a_hash_that_was_kept(path):
    written(path)
    with opened(path) as ledger:
        head = ledger.log.head
    assert verify(path, head) is None
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert verify(path) is None and "no entry with the hash" in verify(path, head)


@pytest.mark.parametrize(("before", "after", "part"), [
    ({"ONE.committed": 5}, {"ONE.committed": 6}, "finds 5 in ONE.committed, which held 0"),
    ({"ONE.planned": 6_600_000}, {"ONE.planned": 6_600_001}, "changes the total"),
    ({"ONE.committed": 0}, {"ONE.committed": -1}, "leaves less than 0"),
    ({}, {"ONE.committed": 1}, "does not say of the same cells"),
])
def test_an_entry_that_does_not_fit_is_refused_though_its_hash_is_right(path, before, after, part):
    with opened(path) as ledger:
        ledger.log.append_all([{"kind": "commit", "before": before, "after": after, **WHO}])
    with pytest.raises(InputError, match=part):
        replay(path)


# Places -------------------------------------------------------------------------------------------

def test_one_process_writes_at_a_time(path):
    with opened(path), pytest.raises(InputError, match="being written to by another"):
        reopen(path)
    reopen(path)


def test_a_log_belongs_to_its_plan(path):
    written(path)
    with pytest.raises(InputError, match=r"begun with another plan \(scenario 'base'\)"):
        reopen(path, load_plan("base", {"rule_a.dwell": 3}))
    reopen(path)


@pytest.mark.parametrize("content", [b"hello\n", b"\0" * 5000 + b"\n", b"[]\n", b"{}\n" * 3,
                                     b"x" * 200_000, b"[" * 5000 + b"\n", b"\xff\xfe\n"])
def test_what_is_no_log_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"ledger\.jsonl:1"):
        reopen(path)
    assert path.read_bytes() == content


def test_a_folder_is_no_log(tmp_path):
    with pytest.raises(InputError, match="is no file"):
        Log.open(tmp_path)


def test_measurement_is_logged_as_any_other_bucket(path):
    with opened(path) as ledger:
        assert ledger.post("spend", MEA, 100, **WHO).accepted
    assert replay(path)["MEA.spent"] == 100
