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
        "customers.cac.2027-02": 700},
    "subscription": {
        "channels.search_ads.marketing.season": {1: 3, 9: 3},
        "channels.partners.conversion.2027": 0,
        "channels.partners.cost_per_trial": {2026: 100, "2027-04": 80, 2029: 120},
        "offers.team.monthly_price": {2026: 109, "2027-07": 125, 2029: 99},
        "offers.solo.first_month_churn.season": {8: 2}, "offers.campus.churn.2028-02": 0.3,
        "offers.mix.team.season": {9: 2}, "pricing.followed": {2026: 0, 2027: 1, 2028: 0.4},
        "team.support.hires.2027-06": -0.8}}


def seasonal(company="mentorship", **changes):
    return load(company, changes=CHANGES[company] | changes)
