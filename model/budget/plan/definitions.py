"""The KPIs of a programme: their names, definitions and units, and why one may have no value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """What a KPI is: how it is called and computed, its unit, how often it is reviewed, and why it
    may have no value."""

    label: str
    words: str
    unit: str
    review: str
    undefined: str


_NO_BOOKINGS = "no session was booked for the period"
DEFINITIONS = {
    "utilization": Definition(
        "One-to-one utilization", "one-to-one hours held, or paid as a no-show, divided by those "
        "offered; a cohort's part of the offered hours is that of its active learners",
        "fraction", "week", "no one-to-one hours were reported as offered"),
    "budget_burn": Definition(
        "Budget burn", "money spent divided by what the opening plan has used by then", "fraction",
        "week", "the plan uses nothing of it by then"),
    "cancellation_rate": Definition(
        "Cancellation rate", "canceled sessions divided by those booked for the period",
        "fraction", "week", _NO_BOOKINGS),
    "mentor_cancellation_rate": Definition(
        "Cancellation rate of mentors", "sessions that mentors canceled, or did not come to, "
        "divided by those booked for the period", "fraction", "week", _NO_BOOKINGS),
    "learner_cancellation_rate": Definition(
        "Cancellation rate of learners", "sessions that learners canceled divided by those booked "
        "for the period", "fraction", "week", _NO_BOOKINGS),
    "no_show_rate": Definition(
        "No-show rate", "no-shows divided by sessions that were booked and not canceled",
        "fraction", "week", "no session was left that nobody had canceled"),
    "fill_rate": Definition(
        "Mentor fill rate", "requests that led to a booking which the mentor kept, divided by all "
        "requests", "fraction", "week", "nobody asked for a session"),
    "completion_rate": Definition(
        "Completion rate", "learners who completed divided by those enrolled, in cohorts past "
        "their scheduled end", "fraction", "month", "no learner is in a cohort past its scheduled "
        "end"),
    "on_track_rate": Definition(
        "On-track rate", "learners who completed, or have not left and keep up with the calendar, "
        "divided by those enrolled at the last report of progress", "fraction", "month",
        "no progress was reported"),
    "cost_per_completion": Definition(
        "Cost per completion", "money spent so far divided by completions; money spent on learners "
        "who are still under way is in it", "USD/learner", "month", "nobody has completed"),
    "satisfaction": Definition(
        "Satisfaction", "mean of the answers from 1 to 5", "points", "month",
        "nobody was asked, or answered"),
    "nps": Definition(
        "Net promoter score", "share of answers of 9 and 10 less that of 0 to 6, of 0 to 10",
        "fraction", "month", "nobody was asked, or answered"),
    "time_to_outcome": Definition(
        "Time to completion, restricted mean", "mean weeks from enrolment without completion, "
        "within the longest time that anybody was followed; those under way are censored, and who "
        "left never completes", "weeks", "month", "nobody was followed for a day"),
    "median_time_to_outcome": Definition(
        "Time to completion, median", "weeks from enrolment by which half of the learners are "
        "expected to have completed", "weeks", "month",
        "fewer than half are known to complete within the time followed"),
    "equity_session_share": Definition(
        "Sessions of reserved seats", "sessions booked by learners with reserved seats divided by "
        "all booked", "fraction", "month", "no session was booked"),
    "equity_spend_share": Definition(
        "Spending on reserved seats", "money spent on learners with reserved seats divided by that "
        "spent on any learner", "fraction", "month", "nothing was spent on a learner"),
    "admin_minutes": Definition(
        "Administration", "minutes that were logged", "minutes", "month", "no minutes were logged"),
    "cost_per_certification": Definition(
        "Cost per certification", "money spent so far divided by attempts that passed",
        "USD/certificate", "quarter", "nobody has passed"),
    "cost_per_placement": Definition(
        "Cost per job placement", "money spent so far divided by learners who found a job",
        "USD/placement", "quarter", "nobody was reported to have found a job"),
    "portfolio_pieces": Definition(
        "Portfolio pieces", "pieces of work delivered divided by learners enrolled",
        "pieces/learner", "quarter", "nobody is enrolled"),
    "certification_pass_rate": Definition(
        "Certification pass rate", "attempts that passed divided by all attempts", "fraction",
        "quarter", "nobody made an attempt"),
}
NAMES = tuple(DEFINITIONS)
