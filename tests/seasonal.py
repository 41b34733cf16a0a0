"""A plan with levels by month, seasons and leavers, which every reading must read alike."""

from model import load

CHANGES = {
    "mentorship": {
        "mentees.marketing.season": {9: 10, 10: 10}, "mentees.marketing.2027-03": 400_000,
        "mentees.cac": {2026: 100, "2026-07": 90, 2028: 70, "2029-11": 65},
        "mentees.match_rate.season": [1, 1, 1, 1, 1, 0.9, 0.8, 0.8, 1.1, 1.1, 1.1, 1.1],
        "mentees.young_pros.churn.2026-11": 0.06, "mentees.young_pros.churn.2027": 0.045,
        "mentees.mix.career_changers.season": {1: 2}, "fixed_opex.accounting.season": {3: 61},
        "team.support_specialist.hires.2027-06": -0.8},
    "influencer": {
        "customers.marketing.season": {1: 0, 8: 0.5}, "customers.marketing.2026-12": 90_000,
        "customers.cac.2027-02": 700}}


def seasonal(company="mentorship", **changes):
    return load(company, changes=CHANGES[company] | changes)
