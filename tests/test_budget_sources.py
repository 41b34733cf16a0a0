"""Files of booking, payment and learning systems become an export by a map, or are refused."""

import csv
import shutil
from pathlib import Path

import pytest
from quarter import PLAN

from model import cli
from model.budget.sources.cells import clock24
from model.budget.sources.joined import as_export, placed, read_sources, translations
from model.budget.sources.mapping import read_source_map
from model.budget.steering.review import draft
from model.problems import InputError

EXAMPLES = Path(__file__).parent.parent / "params" / "budget" / "examples"
# The file of a booking program with times, signs of currency, and a session that is moved for free.
TIMES = """id,date,event,booking,due,learner,cohort,equity,bucket,hours,notice,value,amount,note
E1,2026-01-05T08:00:00Z,cohort,,2026-02-27,,Cohort 1,,,,,,,
E2,2026-01-05T08:00:00Z,enrolled,,,L1,Cohort 1,no,,,,,,
E3,2026-01-06T10:15:00Z,booked,B1,2026-01-13,L1,,,ONE,1,,,$90.00,
E4,2026-01-12T09:00:00Z,rescheduled,B1,2026-01-20,,,,,,,,,asked a day ahead
E5,2026-01-20T16:00:00Z,held,B1,,,,,,,,,$80.00,
"""
BOOKINGS = """rows: bookings
time_zone: Europe/Berlin
columns: {booking: B, date: Made, due: Start, event: State, learner: Who, bucket: Kind,
          amount: Price, hours: Min}
durations: minutes
values: {bucket: {Coaching: ONE}, event: {Done: held}}
"""
HEAD = "B,Made,Start,State,Who,Kind,Price,Min"
ROSTER = """rows: learners
dates: DD/MM/YYYY
columns: {learner: Mail, date: Joined, cohort: Class, equity: Grant, completed: Passed,
          value: Done, reported: Seen}
values: {equity: {full: yes, none: no}}
"""
LEARNERS = "Mail,Joined,Class,Grant,Passed,Done,Seen"
PAYMENTS = """rows: events
decimal: ","
thousands: "."
separator: ";"
columns: {id: Nr, date: Datum, amount: Betrag, bucket: Konto, about: Zu}
fixed: {event: paid}
values: {bucket: {Inhalte: LIB}}
"""


@pytest.fixture
def given(tmp_path):
    """Writes a file and its map, and gives both paths."""
    def write(content, text, name="file"):
        file, of = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
        file.write_text(content, encoding="utf-8")
        of.write_text(text, encoding="utf-8")
        return file, of

    return write


def rows(*pairs):
    """The rows of an export that files with maps make, by column."""
    files, maps = zip(*pairs, strict=True)
    found = placed(translations(files, maps, PLAN))
    return list(csv.DictReader(as_export(found).splitlines()))


def refusals(*pairs):
    files, maps = zip(*pairs, strict=True)
    with pytest.raises(InputError) as caught:
        read_sources(files, maps, PLAN)
    return [f"{problem.where.rpartition('/')[2]}: {problem.what}"
            for problem in caught.value.problems]


def row(code="B1", made="2026-01-06", start="2026-01-13", state="Done", who="a@x.org",
        kind="Coaching", price="90", minutes="50"):
    return ",".join((code, made, start, state, who, kind, price, minutes))


def test_a_booking_program_is_reviewed_by_the_map_that_is_proposed_for_it(tmp_path, capsys):
    file, of = tmp_path / "events.csv", tmp_path / "map.yaml"
    file.write_text(TIMES)
    assert cli.main(["budget", "import", str(file), "--propose", str(of)]) == cli.DONE
    # One thing is asked.
    assert of.read_text().count("?\"") == 1 and 'time_zone: "?"' in of.read_text()
    of.write_text(of.read_text().replace('time_zone: "?"', "time_zone: UTC"))
    review = draft(PLAN, read_sources([file], [of], PLAN))
    booking = review.records.bookings["B1"]
    assert str(booking.booked) == "2026-01-06" and str(booking.due) == "2026-01-20"
    assert (review.balances.spent[0], review.balances.committed[0]) == (8_000, 0)
    assert review.balances.available[0] == 6_592_000
    assert review.signals.cancellations[:2].tolist() == [0, 0]
    # Before it was held the whole price was committed.
    file.write_text("\n".join(TIMES.splitlines()[:-1]))
    assert draft(PLAN, read_sources([file], [of], PLAN)).balances.committed[0] == 9_000


def test_a_time_counts_to_the_day_that_it_is_in_the_programmes_zone(given):
    late = "\n".join((HEAD, row(made="2026-01-06T23:30:00Z", start="2026-01-13T22:59:00+00:00")))
    made, done = rows(given(late, BOOKINGS + "fixed: {cohort: A, equity: no}\n"))[1:]
    assert (made["date"], made["due"], done["date"]) == ("2026-01-07", "2026-01-13", "2026-01-13")
    after = "\n".join((HEAD, row(start="2026-01-13T23:00:00+00:00")))
    assert rows(given(after, BOOKINGS))[0]["due"] == "2026-01-14"


def test_a_time_with_a_zone_asks_for_that_of_the_programme(given):
    text = BOOKINGS.replace("time_zone: Europe/Berlin\n", "")
    (said,) = refusals(given("\n".join((HEAD, row(made="2026-01-06T23:30:00Z"))), text))
    assert said.startswith("file.csv:2: date ") and "time_zone: Europe/Berlin" in said


def test_the_example_shows_every_state(tmp_path):
    files = [EXAMPLES / "invented_bookings.csv", EXAMPLES / "invented_bookings.yaml"]
    records = read_sources(files[:1], files[1:], PLAN)
    ends = {code[-1]: (each.outcome, each.charge, each.hours)
            for code, each in records.bookings.items()}
    assert ends == {"1": ("held", 8_000, 50), "2": ("held", 9_000, 60),
                    "3": ("canceled_by_learner", 4_500, 60), "4": ("mentor_no_show", 0, 60),
                    "5": ("", 0, 50)}
    # 23:30 in Greenwich is half past midnight in Berlin, and 21:00 to 9:00 are twelve hours.
    assert str(records.bookings["INV-2"].due) == "2026-01-14"
    assert records.bookings["INV-3"].notice == 12
    assert str(records.bookings["INV-5"].due) == "2026-01-23"
    assert {each.mentor.partition("@")[0] for each in records.bookings.values()} == {
        "mentor-a", "mentor-b"}


def test_three_systems_are_joined_to_one_export(given, tmp_path, capsys):
    booking = given("\n".join((HEAD, row(), row("B2", state="booked"))), BOOKINGS, "bookings")
    roster = given(f"{LEARNERS}\n"
                   "a@x.org,05/01/2026,A,full,,45%,13/01/2026\n", ROSTER, "roster")
    payments = given("Nr;Datum;Betrag;Konto;Zu\nP1;2026-01-07;1.200,50;Inhalte;\n"
                     "P2;2026-01-08;-200,50;Inhalte;P1\n", PAYMENTS, "payments")
    files, maps = zip(booking, roster, payments, strict=True)
    records = read_sources(files, maps, PLAN)
    assert records.learners["a@x.org"].equity
    balances = draft(PLAN, records).balances
    assert (balances.spent[0], balances.committed[0], balances.spent[2]) == (9_000, 9_000, 100_000)
    target = tmp_path / "export.csv"
    command = ["budget", "import", *map(str, files), "--to", str(target)]
    for of in maps:
        command += ["--map", str(of)]
    assert cli.main(command) == cli.DONE
    assert "7 rows" in capsys.readouterr().out
    again = read_sources([target], [], PLAN)
    assert again.bookings == records.bookings and again.learners == records.learners
    # What is there is written over by name only.
    assert cli.main(command) == cli.BAD_INPUT and cli.main([*command, "--yes"]) == cli.DONE


def test_a_later_file_of_the_same_system_continues_the_log(given, tmp_path):
    log = tmp_path / "log"
    text = BOOKINGS + "fixed: {cohort: A, equity: no}\n"
    for state, spent in (("booked", 0), ("Done", 9_000)):
        file, of = given("\n".join((HEAD, row(state=state))), text)
        review = draft(PLAN, read_sources([file], [of], PLAN), log)
        review.write()
        assert review.balances.spent[0] == spent and review.balances.committed[0] == 9_000 - spent


@pytest.mark.parametrize(("change", "said"), [
    ({"state": "Lost"}, "event is 'Lost', which is none"),
    ({"kind": "Chess"}, "bucket is 'Chess', which is none"),
    ({"price": "€90.00"}, "is in EUR, where the plan is in USD; nothing is converted"),
    ({"price": "ninety"}, "amount 'ninety' is no amount"),
    ({"made": "06/01/2026"}, "dates: DD/MM/YYYY"),
    ({"state": "no_show"}, "charges: {no_show: 0.5}"),
    ({"start": ""}, "has no due")])
def test_a_cell_that_the_map_cannot_read_is_named_with_its_line(given, change, said):
    content = "\n".join((HEAD, row("B0"), row(**change)))
    (problem,) = refusals(given(content, BOOKINGS + "fixed: {cohort: A, equity: no}\n"))
    assert problem.startswith("file.csv:3: ") and said in problem


def test_a_value_that_stands_in_many_rows_is_asked_about_once(given):
    content = "\n".join((HEAD, *(row(f"B{at}", kind="Chess") for at in range(4))))
    (said,) = refusals(given(content, BOOKINGS))
    assert "as on 3 more lines" in said and "ONE, GRP" in said


def test_a_row_without_its_event_or_day_is_named(given):
    payments = "Nr;Datum;Betrag;Konto;Zu\nP1;;1,00;Inhalte;\n"
    assert refusals(given(payments, PAYMENTS))[0].startswith("file.csv:2: has no date")
    bare = PAYMENTS.replace("fixed: {event: paid}", "fixed: {note: x}")
    bare = bare.replace("id: Nr", "event: Zu")
    bare = bare.replace(", about: Zu", ", id: Nr")
    said = refusals(given(payments.replace(";;", ";2026-01-07;"), bare))
    assert said == ["file.csv:2: has no event; fill it in, or remove the row."]


def test_rows_that_do_not_count_are_left_out_whatever_else_they_hold(given):
    content = "\n".join((HEAD, row(), row("B2", state="Blocked", price="?", kind="?")))
    found = rows(given(content, BOOKINGS + "left_out: {event: [blocked]}\n"))
    assert [each["id"] for each in found] == ["B1:booked", "B1:held"]


@pytest.mark.parametrize(("old", "new", "said"), [
    ("rows: bookings", "rows: books", "rows is 'books'"),
    ("Europe/Berlin", "Berlin", "which is no time zone"),
    ("booking: B, ", "", "needs booking; name its column"),
    (", hours: Min", "", "needs its length"),
    ("Coaching: ONE", "Coaching: '?'", "is still ?"),
    ("Coaching: ONE", "Coaching: ONNE", "did you mean ONE?"),
    ("Done: held", "Done: paid", "which is no event"),
    ("durations: minutes", "fixed: {learner: L1}", "both a column and fixed"),
    ("durations: minutes", "fixed: {cohort: '?'}", "cohort is still ?"),
    ("durations: minutes", "charges: {no_show: 2}", "share of the booked amount"),
    ("amount: Price", "amount: Prize", "takes for amount, is not there; did you mean Price?")])
def test_a_map_that_cannot_be_is_refused_with_its_line(given, old, new, said):
    assert old in BOOKINGS
    problems = refusals(given("\n".join((HEAD, row())), BOOKINGS.replace(old, new)))
    assert any(said in problem for problem in problems), problems


def test_problems_of_all_files_are_told_at_once(given):
    first = given("\n".join((HEAD, row(kind="Chess"))), BOOKINGS, "one")
    second = given(f"{LEARNERS}\na@x.org,2026-01-05,A,full,,,\n", ROSTER, "two")
    said = refusals(first, second)
    assert len(said) == 2 and said[0].startswith("one.csv:2") and said[1].startswith("two.csv:2")


def test_what_files_contradict_each_other_in_is_named_by_file_and_line(given):
    first = given("\n".join((HEAD, row(who="b@x.org"))), BOOKINGS, "one")
    second = given(f"{LEARNERS}\na@x.org,05/01/2026,A,full,,,\n", ROSTER, "two")
    assert refusals(first, second) == [
        "one.csv:2: learner 'b@x.org' is enrolled nowhere; add the enrolled row, or correct the "
        "code."]


def test_a_proposed_map_of_bookings_knows_columns_words_and_forms(tmp_path, capsys):
    file = tmp_path / "b.csv"
    file.write_text("Booking ID,Created at,Start time,End time,Status,Client email,Service,Price\n"
                    "1,05/01/2026 09:00,13/01/2026 16:00,13/01/2026 16:50,Completed,a@x.org,"
                    "Coaching,\"$1,090.00\"\n")
    assert cli.main(["budget", "import", str(file)]) == cli.DONE
    told = capsys.readouterr().out
    for part in ("rows: bookings", "DD/MM/YYYY hh:mm", "Completed: held", 'Coaching: "?"',
                 "until: End time", 'thousands: ","'):
        assert part in told, part


@pytest.mark.parametrize(("content", "parts"), [
    ("Invitee Email,Event Type Name,Start Date & Time,End Date & Time,Event Created Date & Time,"
     "Canceled,Team member name,Event UUID,Payment Amount\na@x.org,Coaching,2026-01-13 04:00 pm,"
     "2026-01-13 04:50 pm,2026-01-05 09:00 am,false,Mia,u-1,80.00\n",
     ["rows: bookings", "mentor: Team member name", "amount: Payment Amount", '"false": "?"']),
    ("id,Description,Created date (UTC),Amount,Amount Refunded,Status\nch_1,Ads,"
     '2026-01-07 10:22:11,"1,200.50",0.00,Paid\n',
     ["rows: events", 'date: "Created date (UTC)"', "  amount: Amount\n", 'bucket: "?"'])])
def test_columns_are_known_by_a_word_among_others(tmp_path, capsys, content, parts):
    (tmp_path / "x.csv").write_text(content)
    assert cli.main(["budget", "import", str(tmp_path / "x.csv")]) == cli.DONE
    told = capsys.readouterr().out
    assert all(part in told for part in parts), told


def test_twelve_hours_are_read_as_twenty_four(given):
    start, made = "2026-01-13 04:00 pm", "2026-01-13 12:30 AM"
    first, *_ = rows(given("\n".join((HEAD, row(start=start, made=made))), BOOKINGS))
    assert (first["date"], first["due"]) == ("2026-01-13", "2026-01-13")
    assert [clock24(text) for text in ("12:05 am", "12:05 p.m.", "1:05:09 PM", "16:00")] == [
        "00:05", "12:05", "13:05:09", "16:00"]


def test_the_map_beside_a_plan_reads_its_export(folder):
    from model.pages.budget.view import open_budget

    budget = folder / "params" / "budget"
    for name, ending in (("events", "csv"), ("events", "yaml")):
        shutil.copy(EXAMPLES / f"invented_bookings.{ending}", budget / f"{name}.{ending}")
    view = open_budget()
    assert view.faults == () and len(view.records.bookings) == 5
    named = open_budget(events=str(EXAMPLES / "invented_bookings.csv"))
    assert named.records.bookings == view.records.bookings


def test_options_that_do_not_go_together_are_told(given, tmp_path, capsys):
    file, of = map(str, given("\n".join((HEAD, row())), BOOKINGS))
    for command in (["review", "--events", file, "--events", file, "--map", of],
                    ["review", "--events", file, "--events", file],
                    ["import", file, "--to", "x.csv"], ["import", file, file],
                    ["import", file, "--map", of, "--propose", "x.yaml"],
                    ["import", file, file, "--map", of]):
        assert cli.main(["budget", *command]) == cli.BAD_INPUT, command
    assert not Path("x.csv").exists() and not Path("x.yaml").exists()
    capsys.readouterr()
    assert read_source_map(Path(of))[0].zone.key == "Europe/Berlin"
