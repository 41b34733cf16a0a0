"""The texts of a climbing gym, which is like neither shipped company.

Members join by word of mouth, pay a fee by the month, and some of them book a coach for a visit.
"""

from __future__ import annotations

from functools import partial

from model.companies import checks as shared_checks
from model.companies import judged, statements, working_capital
from model.companies.glossary import Side
from model.companies.statements import BESIDE as BESIDE
from model.companies.vocabulary import nothing, ratio, total

CLUB = ("club",)
SIDES = (Side("members", "member", "gym", CLUB, "joined_members", "present_members",
              "present_members"),)


def month(a, prev, now):
    """Every line of a month."""
    members(a.gym, prev, now)
    fees(a.gym, now)
    working_capital.prepaid_plans(a, prev, now)
    now.fees = now.coaching
    statements.contribution(a, now)
    now.marketing = nothing(now.revenue)
    statements.overhead(a, prev, now)
    statements.from_ebitda_on(a, prev, now, agent=False)


def opening(a, now):
    """What a month before the first would have left."""
    for s in CLUB:
        now[s].present_members = a.opening.present_members[s]
        now[s].revenue         = a.gym[s].fee * now[s].present_members
    now.present_members = total(now, "present_members", CLUB)
    now.recurring       = total(now, "revenue", CLUB)
    statements.opening(a, now, agent=False)


def members(gym, prev, now):
    """Members who join, leave and stay."""
    for s in CLUB:
        now[s].joined_members  = gym[s].joins + gym[s].word_of_mouth * prev[s].present_members
        now[s].left_members    = gym[s].churn * prev[s].present_members
        now[s].present_members = (prev[s].present_members + now[s].joined_members
                                  - now[s].left_members)
    now.joined_members  = total(now, "joined_members", CLUB)
    now.left_members    = total(now, "left_members", CLUB)
    now.present_members = total(now, "present_members", CLUB)


def fees(gym, now):
    """What members pay."""
    for s in CLUB:
        now[s].visits   = gym[s].visits * now[s].present_members
        now[s].coaching = gym.coaching * now[s].visits
        now[s].fee      = gym[s].fee * now[s].present_members
        now[s].revenue  = now[s].fee + now[s].coaching
    now.visits        = total(now, "visits", CLUB)
    now.coaching      = total(now, "coaching", CLUB)
    now.subscriptions = total(now, "fee", CLUB)
    now.revenue       = total(now, "revenue", CLUB)


def memory(a, prev, now):
    """What KPIs need of more than one month."""
    now.members_at_start = prev.present_members
    now.recurring        = now.subscriptions
    judged.memory(a, prev, now, SIDES)


customer = partial(judged.customer, sides=SIDES)
life = partial(judged.life, sides=SIDES)


def kpis(a, now, customer, plan):
    """Every KPI of a period."""
    now.member_churn = ratio(now.left_members, now.members_at_start)
    judged.kpis(a, now, customer, plan, SIDES, agent=False)


def checks(a, prev, now):
    """Differences that must be 0."""
    shared_checks.checks(a, prev, now, SIDES, agent=False)
