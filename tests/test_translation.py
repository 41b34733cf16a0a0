"""The texts of a company in other words: names in formulas, keys and sentences, by hand."""

import pytest
import yaml

from model import load
from model.commands.calls import known_of, shared_text
from model.companies import COMPANIES, company_module
from model.companies.glossary import HERE
from model.companies.translation import Translation, Word, forms, identifiers, keys

KNOWN = {word.name: word for word in (
    Word("school", "people"), Word("solo", "segment", ("Solo",)),
    Word("team", "segment", ("Team",)), Word("search_ads", "segment", ("Search ads",)),
    Word("partners", "segment", ("Partners",)), Word("one_off", "segment", ("One-Off",)),
    Word("partner_manager", "role", ("Partner manager",)),
    Word("support", "role", ("Support",)), Word("support_tools", "cost", ("Support tools",)),
    Word("advice", "cost", ("Accounting and legal",)))}
SHARED = "def customer(a, now): a.team.salary, now.schools_paid  # the team"
WORDS = Translation({"school": "agency", "solo": "light_plan", "team": "pair",
                     "search_ads": "online_ads", "partners": "hotels", "one_off": "single_job",
                     "support": "mechanics", "advice": "accountants"}, KNOWN, SHARED)


@pytest.mark.parametrize(("name", "said"), [
    ("school", "agency"), ("schools", "agencies"), ("new_schools", "new_agencies"),
    ("school_share", "agency_share"), ("SCHOOLS", "AGENCIES"), ("preschool", "preschool"),
    ("solo", "light_plan"), ("solos_lost", "light_plans_lost"), ("team", "pair"),
    ("partners_cac", "hotels_cac"), ("search_ads_cac", "online_ads_cac"),
    # Another thing that may be called otherwise by itself, and what all companies share.
    ("partner_manager", "partner_manager"), ("support_tools", "support_tools"),
    ("team_size", "team_size"), ("schools_paid", "schools_paid"), ("revenue", "revenue")])
def test_a_name_is_another_whole_or_between_underscores(name, said):
    assert WORDS.identifier(name) == said


@pytest.mark.parametrize(("text", "said"), [
    ("One school of those won; Schools leave.", "One agency of those won; Agencies leave."),
    ("A school begins, a school's price, preschools", "An agency begins, an agency's price, "
                                                       "preschools"),
    ("Price, Solo", "Price, Light plan"), ("search ads win nobody", "online ads win nobody"),
    ("CAC of Search ads and of partners", "CAC of Online ads and of hotels"),
    ("One-Off", "Single Job"), ("Accounting and legal", "Accountants"),
    ("Partner manager, Support tools", "Partner manager, Support tools"),
    ("(hosting and support)", "(hosting and mechanics)"),
    # A word that other things are called by too is the name only where it has its capital.
    ("Share of Team, grows with the team", "Share of Pair, grows with the team"),
    ("the line new_schools", "the line new_agencies")])
def test_a_sentence_has_the_words_with_their_capitals_and_their_article(text, said):
    assert WORDS.sentence(text) == said


def test_one_and_many_of_a_name():
    assert forms("school", "rider") == {"school": "rider", "schools": "riders"}
    assert forms("partners", "hotels") == {"partners": "hotels", "partner": "hotel"}


def test_a_module_keeps_what_all_companies_read():
    assert WORDS.python(
        'def schools(a, now, customer):\n'
        '    """What a school pays."""\n'
        '    now["team"].school_share = a.offers.mix.team + a.team.salary  # of schools\n'
        '    PARTS = ("marketing.team", f"marketing.{c}", "mentees")\n') == (
        'def agencies(a, now, customer):\n'
        '    """What an agency pays."""\n'
        '    now["pair"].agency_share = a.offers.mix.pair + a.team.salary  # of agencies\n'
        '    PARTS = ("marketing.pair", f"marketing.{c}", "mentees")\n')


def test_a_file_of_yaml_has_the_words_in_keys_values_and_comments():
    said = WORDS.yaml(
        "# What schools pay\ntitle: Solo schools\npeople: [school]\n"
        "segments: {team: Team, search_ads: Search ads}\n"
        "assumptions:\n  team:\n    support: {label: \"Hires, Support\", unit: USD/school}\n"
        "  offers: {team: {label: 'Price of a school, Team'}}\n"
        "levers: [team.support, offers.team]\nfocus: team\n"
        "kpis: {cac: {source: of search ads, definition: Of search ads}}\n")
    assert said.startswith("# What agencies pay\n")
    assert yaml.safe_load(said) == {
        "title": "Solo schools", "people": ["agency"],
        "segments": {"pair": "Pair", "online_ads": "Online ads"},
        "assumptions": {"team": {"mechanics": {"label": "Hires, Mechanics", "unit": "USD/agency"}},
                        "offers": {"pair": {"label": "Price of an agency, Pair"}}},
        "levers": ["team.mechanics", "offers.pair"], "focus": "pair",
        # What others have published of a target, they said in their words.
        "kpis": {"cac": {"source": "of search ads", "definition": "Of online ads"}}}


def test_a_name_that_another_has_is_taken():
    names = {"solo", "schools", "new_schools", "new_agencies", "hotels", *identifiers("now.pair")}
    assert WORDS.taken(names) == {"new_schools": "new_agencies"}
    assert WORDS.taken({"team", "pair", "partners", "hotels", *keys("a: {b: 1}")}) == {
        "partners": "hotels", "team": "pair"}
    # Two that change places.
    swapped = Translation({"solo": "team", "team": "solo"}, KNOWN, "")
    assert swapped.taken({"solo", "team"}) == {}
    assert swapped.sentence("Solo and Team") == "Team and Solo"


@pytest.mark.parametrize("company", COMPANIES)
def test_texts_in_other_words_and_back_again_are_as_they_were(company):
    """One and many, capitals, names and articles come back, and what is fixed has stayed."""
    known, shared = known_of(load(company)), shared_text()
    calls = dict(zip([side.one for side in company_module(company).SIDES], ("guest", "host"),
                     strict=False))
    there = Translation(calls, known, shared)
    back = Translation({new: old for old, new in calls.items()},
                       {new: Word(new, "people") for new in calls.values()}, shared)
    for path in (HERE / company / "__init__.py", HERE / company / "glossary.yaml",
                 HERE / company / "profile.yaml"):
        text = path.read_text(encoding="utf-8")
        way = "python" if path.suffix == ".py" else "yaml"
        other = getattr(there, way)(text)
        assert other != text and getattr(back, way)(other) == text, path
