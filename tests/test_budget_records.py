"""An export of a programme is read as it is meant, or refused whole with every bad row named."""

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quarter import (
    HEAD,
    PLAN,
    booked,
    by_learner,
    by_mentor,
    enrolled,
    held,
    no_show,
    offered,
    on,
    paid,
    parsed,
    problems,
    row,
    text,
)

from model.budget.programme.columns import COLUMNS, EVENTS
from model.budget.programme.export import MAX_BYTES, MAX_LINES, parse_records, read_records
from model.problems import InputError

WORKED = text(
    (on(1), "cohort", {"cohort": "A", "due": on(8, 5)}),
    enrolled(on(1), "L1", equity="yes"), enrolled(on(1, 2), "L2"),
    offered(on(1), "20"),
    booked(on(1, 2), "B1", on(2), "L1", "112.50", hours="1.5"), held(on(2), "B1"),
    booked(on(1, 3), "B2", on(2, 2), "L2"), no_show(on(2, 2), "B2", "75"),
    booked(on(1, 3), "B3", on(2, 3), "L2"), by_mentor(on(2, 2), "B3"),
    booked(on(1, 4), "B4", on(2, 4), "L1"), by_learner(on(2, 4), "B4", "37.5", "3"),
    booked(on(2), "B5", on(3), "L1"),
    (on(2), "unserved", {"learner": "L2", "bucket": "GRP"}),
    paid(on(2), "MEA", "900"),
    (on(2), "progress", {"learner": "L1", "value": "0.25"}),
    (on(2, 5), "left", {"learner": "L2"}))


# By hand ------------------------------------------------------------------------------------------

def test_every_row_of_a_worked_export_is_read_as_meant():
    found = parsed("# Invented\n" + WORKED)
    assert (found.remark, len(found.rows), found.as_of) == ("Invented", 17, date(2026, 1, 16))
    assert found.cohorts["A"][1:] == (date(2026, 1, 5), date(2026, 2, 27))
    assert found.learners["L1"][1:] == ("A", True, date(2026, 1, 5), None, None, (),
                                           ())
    assert found.learners["L2"].left == date(2026, 1, 16)
    ends = {code: (b.outcome, b.hours, b.cents, b.charge) for code, b in found.bookings.items()}
    assert ends == {"B1": ("held", 90, 11_250, 11_250), "B2": ("no_show", 60, 7_500, 7_500),
                    "B3": ("canceled_by_mentor", 60, 7_500, 0),
                    "B4": ("canceled_by_learner", 60, 7_500, 3_750), "B5": ("", 60, 7_500, 0)}
    assert found.bookings["B4"].notice == 3


def test_until_a_day_nothing_later_is_known():
    then = parsed(WORKED).until(on(2))
    assert {code: b.outcome for code, b in then.bookings.items()} == {
        "B1": "held", "B2": "", "B3": "", "B4": "", "B5": ""}
    assert then.learners["L2"].left is None
    assert then.cohorts["A"].end == date(2026, 2, 27)
    assert parsed(WORKED).until(on(1, 2)).bookings.keys() == {"B1"}


def test_a_cohort_that_is_not_dated_lasts_to_the_end_of_the_plan():
    found = parsed(text(enrolled(on(2), "L1", "B"), enrolled(on(1), "L2", "B")))
    assert found.cohorts["B"][1:] == (date(2026, 1, 5), date(2026, 4, 5))


# Properties ---------------------------------------------------------------------------------------

LINES = WORKED.splitlines()
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(st.permutations(range(1, len(LINES))))
def test_the_order_of_the_rows_changes_nothing(order):
    shuffled = parsed("\n".join([LINES[0], *(LINES[at] for at in order)]))
    plain = parsed(WORKED)
    assert shuffled.learners == plain.learners and shuffled.bookings == plain.bookings
    assert {r._replace(line=0) for r in shuffled.rows} == {r._replace(line=0) for r in plain.rows}


@CALM
@given(st.permutations(HEAD.split(",")))
def test_the_order_of_the_columns_changes_nothing(order):
    cells = [dict(zip(HEAD.split(","), line.split(","), strict=True)) for line in LINES[1:]]
    moved = [",".join(order), *(",".join(one[name] for name in order) for one in cells)]
    found = parsed("\n".join(moved))
    assert found.rows == parsed(WORKED).rows
    assert found.digest != parsed(WORKED).digest


@CALM
@given(st.integers(0, 12_000_000))
def test_an_amount_is_read_to_the_cent(cents):
    written = f"{cents // 100}.{cents % 100:02d}"
    found = parsed(text(paid(on(1), "LIB", written)))
    assert found.rows[0].amount == cents


@CALM
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode(errors="replace")))
def test_whatever_the_bytes_are_they_are_read_or_refused_in_sentences(junk):
    for raw in (junk, f"{HEAD}\n".encode() + junk):
        try:
            parsed(raw)
        except InputError as error:
            for problem in error.problems:
                assert str(problem).isprintable() and problem.what.endswith((".", "?")), problem


@CALM
@given(st.integers(1, len(LINES) - 1), st.sampled_from(HEAD.split(",")),
       st.text(st.characters(exclude_characters='\r\n,"',
                              codec="utf-8"), max_size=20))
def test_a_cell_that_is_changed_is_used_or_named_by_its_line(at, column, content):
    cells = dict(zip(HEAD.split(","), LINES[at].split(","), strict=True))
    changed = [*LINES]
    changed[at] = ",".join((cells | {column: content}).values())
    try:
        parsed("\n".join(changed))
    except InputError as error:
        assert all(re.fullmatch(r"export\.csv:[0-9]+", p.where) for p in error.problems)


# The ways in which programs write CSV -------------------------------------------------------------

@pytest.mark.parametrize("content", [
    "\ufeff" + WORKED,
    WORKED.replace("\n", "\r\n"),
    WORKED.replace("\n", "\r"),
    WORKED.replace("\n", ",,\n"),
    WORKED.replace(HEAD, HEAD.upper()),
    WORKED.replace("\n", "\n\n") + "# the end\n" + "," * 13,
    '"# a comment, that a spreadsheet saved",,\n' + WORKED,
    "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in LINES),
])
def test_the_ways_in_which_programs_write_csv_are_one(content):
    found = parsed(content)
    assert found.bookings == parsed(WORKED).bookings and len(found.rows) == 17


def test_columns_that_nothing_fills_may_be_missing():
    found = parsed("event,id,date,bucket,amount\npaid,1,2026-01-05,LIB,5\n")
    assert found.rows[0].amount == 500


# Hostile and broken -------------------------------------------------------------------------------

GOOD = (enrolled(on(1), "L1"), booked(on(1), "B1", on(2), "L1"))
PAID = {"bucket": "LIB", "amount": "5"}


@pytest.mark.parametrize("broken, said", [
    ((on(1), "paid", PAID | {"amount": "-75.00"}), "amount is '-75.00', but must be 0 or more"),
    ((on(1), "paid", PAID | {"amount": "(75.00)"}), "must be 0 or more"),
    ((on(1), "paid", PAID | {"amount": "1e999"}), "amount is '1e999'"),
    ((on(1), "paid", PAID | {"amount": "75.005"}), "amount is '75.005'"),
    ((on(1), "paid", PAID | {"amount": "$75"}), "amount is '$75'"),
    ((on(1), "paid", PAID | {"amount": "NaN"}), "amount is 'NaN'"),
    ((on(1), "paid", PAID | {"amount": "9" * 400}), "amount is '9999"),
    ((on(1), "paid", PAID | {"amount": "120000.01"}),
     "amount is USD 120,000.01, more than the programme's total of USD 120,000.00"),
    ((on(1), "paid", PAID | {"bucket": "LIBRARY"}), "bucket is 'LIBRARY', which the plan does not"),
    ((on(1), "paid", PAID | {"booking": "B1"}), "booking is 'B1', but paid has none"),
    ((on(1), "paid", {"bucket": "LIB"}), "paid has no amount"),
    ((on(1), "paid", PAID | {"note": "=cmd|' /C calc'!A0"}), "takes for a formula"),
    ((on(1), "paid", PAID | {"note": "@SUM(A1)"}), "takes for a formula"),
    ((on(1), "paid", PAID | {"note": "n" * 201}), "note has 201 characters; shorten it to 200"),
    ((on(1), "pade", PAID), "event is 'pade', which is no event; did you mean paid?"),
    ((on(1), "", PAID), "has no event"),
    (("2025-12-31", "paid", PAID), "date is 2025-12-31, outside of the plan's 13 weeks"),
    (("2026-04-06", "paid", PAID), "date is 2026-04-06, outside of the plan's 13 weeks"),
    (("2026-02-30", "paid", PAID), "date is '2026-02-30', a day that no calendar has"),
    (("20260105", "paid", PAID), "write a date as YYYY-MM-DD"),
    (("05/01/2026", "paid", PAID), "write a date as YYYY-MM-DD"),
    (enrolled(on(1), "=cmd"), "learner is '=cmd' and begins with '='"),
    (enrolled(on(1), "L2", equity="maybe"), "equity is 'maybe'; write yes or no"),
    (enrolled(on(2), "L1"), "'L1' is enrolled on line 2 already"),
    (booked(on(1), "B2", on(2), "L9"), "learner 'L9' is enrolled nowhere"),
    (booked(on(1), "B1", on(2), "L1"), "'B1' is booked on line 3 already"),
    (booked(on(2), "B2", on(1), "L1"), "due is 2026-01-05, before the day on which it was booked"),
    (booked(on(2), "B2", on(14), "L1"), "due is 2026-04-06, after the plan's last day"),
    (booked(on(2), "B2", on(3), "L1", hours="0"), "hours is 0 h, but must be above 0"),
    (booked(on(2), "B2", on(3), "L1", hours="1.001"), "no whole number of minutes"),
    (booked(on(2), "B2", on(3), "L1", hours="25"), "at most 24 h"),
    (booked(on(2), "B2", on(3), "L1", bucket="MEA"), "in which no sessions are booked"),
    (held(on(2), "B9"), "booking 'B9' was never booked"),
    (held(on(2), "B1", amount="80"), "amount is USD 80.00, but USD 75.00 was booked"),
    (held(on(2), "B1", hours="2"), "hours differs from that of booking 'B1'"),
    (held(on(2), "B1", learner="L1", cohort="Z"), "cohort is 'Z', but learner 'L1' is enrolled in"),
    (held(on(2), "B1", equity="yes"), "equity is yes, unlike at the enrolment"),
    (by_mentor(on(2, 2), "B1"), "after the session was due"),
    (by_learner(on(2), "B1", notice="soon"), "notice is 'soon'"),
    ((on(2), "no_show", {"booking": "B1"}), "no_show has no amount"),
    ((on(2), "progress", {"learner": "L1", "value": "40%"}), "value is '40%'"),
    ((on(2), "progress", {"learner": "L1", "value": "1.2"}), "must lie between 0 and 1"),
    ((on(2), "recommendation", {"learner": "L1", "value": "9.5"}), "write a whole number"),
    ((on(2), "satisfaction", {"learner": "L1", "value": "0"}), "must lie between 1 and 5"),
    ((on(1), "cohort", {"cohort": "A", "due": on(1)}), "not after the cohort's first day"),
])
def test_a_bad_row_is_named_with_its_line_and_value(broken, said):
    found = problems(text(*GOOD, broken))
    assert [line for line, _ in found] == [4], found
    assert said in found[0][1]


@pytest.mark.parametrize(("end", "said"), [
    ("LIB,,,,2,400.00,", "has 15 cells where the header has 14"),
    ("LIB,,,,112,50,", "has 15 cells where the header has 14"),
    ("LIB,,,,75.00,,", "has 15 cells where the header has 14"),
    ("LIB,,,,75.00", "has 13 cells where the header has 14"),
    ("LIB,,,,75,00", "looks like one number, '75,00', cut by its comma"),
    ("LIB,,,,2,400.00", "looks like one number, '2,400.00', cut by its comma")])
def test_an_amount_that_a_comma_cuts_is_refused_not_misread(end, said):
    ((line, what),) = problems(f"{HEAD}\n1,2026-01-05,paid,,,,,,{end}\n")
    assert line == 2 and said in what


def test_an_amount_that_a_comma_cuts_is_refused_where_only_the_header_ends_in_a_comma():
    ((line, what),) = problems(f"{HEAD},\n1,2026-01-05,paid,,,,,,LIB,,,,2,400.00,\n")
    assert line == 2 and "cut by its comma" in what


@pytest.mark.parametrize("end", ["75.00,2026", "75,2 books", '"75","for 3, 4 and 5"'])
def test_a_note_that_is_no_rest_of_an_amount_is_kept(end):
    found = parsed(f"{HEAD}\n1,2026-01-05,paid,,,,,,LIB,,,,{end}\n")
    assert found.rows[0].amount == 7_500 and found.rows[0].note


def test_every_bad_row_is_named_at_once():
    bad = [paid(on(1), "LIB", f"-{n}") for n in range(1, 501)]
    found = problems(text(*GOOD, *bad))
    assert [line for line, _ in found] == list(range(4, 504))


def test_a_bad_row_is_not_said_to_be_missing_elsewhere():
    rows = text(enrolled(on(1), "L1", equity="?"), booked(on(1), "B1", on(2), "L1", "x"),
                held(on(2), "B1"))
    assert [line for line, _ in problems(rows)] == [2, 3]


def test_an_id_stands_once():
    rows = "\n".join([HEAD, row(7, on(1), "paid", **PAID), row(7, on(1), "paid", **PAID)])
    assert problems(rows) == [(3, "id is '7', as on line 2; every row needs its own. Was the same "
                                  "event exported twice?")]


def test_an_outcome_is_reported_once():
    rows = text(*GOOD, held(on(2), "B1"), no_show(on(2), "B1"))
    assert "ended on line 4 already" in problems(rows)[0][1]


def test_who_completed_has_not_left():
    rows = text(*GOOD, (on(2), "completed", {"learner": "L1"}), (on(3), "left", {"learner": "L1"}))
    assert "completed or gone on line 4 already" in problems(rows)[0][1]


@pytest.mark.parametrize("content, line, said", [
    ("", 1, "is empty"),
    (HEAD, 1, "has no rows"),
    (WORKED.encode("utf-16"), 1, "is not UTF-8"),
    (text(*GOOD).encode() + b"5,\xff\xfe,x\n", 4, "is not UTF-8"),
    (text(*GOOD) + "5,2026-01-05,paid,\x00\n", 4, "control character (U+0000)"),
    (text(*GOOD) + "5,2026-01-05,paid,\u202eabc\n", 4, "control character (U+202E)"),
    (text(*GOOD) + '5,2026-01-05,"paid\n', 4, "a quote that does not close"),
    (text(*GOOD) + row(5, on(1), "paid", **PAID) + ",7\n", 4, "has 15 cells where the header"),
    (text(*GOOD) + f"5,{'x' * 200_000}\n", 4, "cell of enormous length"),
    (WORKED.replace(",", ";"), 1, "separate them with commas, not with ';'"),
    (WORKED.replace("learner,", "lerner,", 1), 1, "'lerner' is not known; did you mean learner?"),
    (WORKED.replace("note", "id", 1), 1, "'id' stands there twice"),
    (WORKED.replace("id,", "", 1), 1, "there is no column 'id'"),
    (HEAD + "\n" * MAX_LINES, 0, "has 200,001 lines, more than the 200,000"),
])
def test_a_file_that_is_no_export_is_refused_in_a_sentence(content, line, said):
    found = problems(content)
    assert found[0][0] == line and said in found[0][1], found[:3]


def test_a_folder_a_pipe_and_nothing_are_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "absent.csv"):
        with pytest.raises(InputError, match=r"no file|cannot be read"):
            read_records(path, PLAN)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "export.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="has more than 20,000,000 bytes"):
        read_records(tmp_path / "export.csv", PLAN)


def test_reading_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(WORKED)
    assert read_records(path, PLAN).bookings == parsed(WORKED).bookings
    path.write_text(WORKED + "broken")
    with pytest.raises(InputError):
        read_records(path, PLAN)
    assert path.read_text() == WORKED + "broken" and len(list(tmp_path.iterdir())) == 1


def test_a_plan_of_another_length_takes_other_days():
    late = text(paid(on(20), "LIB", "5"))
    assert problems(late)[0][0] == 2
    assert len(parsed(late, replace(PLAN, weeks=26)).rows) == 1


def test_every_column_is_used_by_some_event_and_every_event_by_known_columns():
    used = {"id", "date", "event", "note"}.union(*(e.needs + e.may for e in EVENTS.values()))
    assert used == set(COLUMNS)


# The invented example ----------------------------------------------------------------------------

EXAMPLE = Path(__file__).parent.parent / "params" / "budget" / "examples" / "invented_quarter.csv"


def test_the_example_says_first_that_it_is_invented_and_has_every_kind_of_event():
    found = read_records(EXAMPLE, PLAN)
    assert EXAMPLE.read_text().startswith("# INVENTED") and found.remark.startswith("INVENTED")
    assert 1_400 <= len(found.rows) <= 1_600
    # What comes back or is moved has tests of its own, in test_budget_journal.py and _roster.py.
    assert set(EVENTS) - {event.event for event in found.rows} == {
        "refunded", "reversed", "rescheduled", "mentor_no_show", "returned", "transferred"}
    assert found.as_of == on(9, 5)


def test_an_export_of_ten_thousand_rows_is_read_whole():
    lines = EXAMPLE.read_text().splitlines()[3:]
    head = lines[0].split(",")
    own = [head.index(column) for column in ("id", "booking", "learner")]
    many = lines[:1]
    for copy in range(7):
        for line in lines[1:]:
            cells = line.split(",")
            if cells[2] == "cohort" and copy:
                continue
            for at in own:
                cells[at] += f"-{copy}" if cells[at] else ""
            many.append(",".join(cells))
    raw = "\n".join(many).encode()
    assert len(parse_records("many.csv", raw, PLAN).rows) > 10_000
