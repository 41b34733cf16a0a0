"""The command `new`: a company of one's own, begun with the figures of another as examples."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from model.commands import DONE
from model.counts import count
from model.currency import UNIT
from model.folders import params, relative
from model.params import decision, dependence, financing
from model.params.assumptions import Assumptions
from model.problems import InputError, Problem, fail_if, nearest

# What is said of another company's figures, and so is true of no others.
_OF_ANOTHER = ("printed", "printed_for", "note")
# Keys of its file that hold for it alone.
_OF_A_PLAN = (dependence.KEY, decision.KEY, financing.TERMS, financing.COVENANTS)


def add_new(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", help="what its folder is called: lower-case letters, digits and "
                                      "underscores")
    command.add_argument("--like", required=True, metavar="KIND",
                         help="the company whose formulas it uses, and whose figures it begins "
                              "with as examples: its name, or its kind, which is marketplace, "
                              "service or subscription")
    command.add_argument("--call", metavar="OLD=NEW", action="append", default=[],
                         help="a name of one's own for people, a segment, a channel, a role or a "
                              "cost of that company, as in school=rider; may be repeated, and "
                              "gives the new company texts of its own")
    command.add_argument("--title", help="what pages call it")
    command.add_argument("--currency", metavar="CODE",
                         help="three capital letters, as in EUR; that of the examples by default")


def new(options: argparse.Namespace) -> int:
    """Write the base.yaml of a new company, and where it calls things otherwise its texts, and read
    it back. Raises InputError, and leaves no file, for a name that is taken or cannot be one, and
    for a title or a currency that cannot be."""
    from model import load
    from model.commands import calls
    from model.companies import text_name
    from model.params.scenario_file import tried

    folder = params() / options.name
    named = _name_problems(options.name, folder)
    try:
        name = _begun_like(options.like)
        like = load(name)
    except InputError as error:
        raise InputError([*named, *error.problems]) from None
    head = {"title": options.title or options.name.replace("_", " ").capitalize(),
            "currency": options.currency or like.currency}
    problems = [*named, *_head_problems(like, head)]
    words, faults = calls.translation(options.call, like)
    if options.call:
        problems += calls.place_problems(options.name)
    fail_if(problems + faults)
    path = folder / "base.yaml"
    text = _base(like, head, relative(path), whose=None if words else text_name(name))
    try:
        if words:
            texts = calls.texts_of(options.name, text_name(name), words)
            with (calls.written(options.name, texts) as own,
                  tried(path, None, words.yaml(text).encode())):
                calls.read_back(options.name)
            said = f" and {relative(own)}, its texts in your words"
        else:
            said = ""
            with tried(path, None, text.encode()):
                load(options.name)
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise
    print(f"Written: {relative(path)}, with {count(len(like.entries), 'figure')} of {like.title} "
          f"as examples{said}: type your own figures there, each with its source.\n"
          f"Then: python -m model check {options.name}, and python -m model run {options.name} for "
          "its pages.")
    return DONE


def _begun_like(name: str) -> str:
    """The company of a name, or of a kind. Raises InputError for what is neither."""
    from model.companies import kinds
    from model.params import catalog

    companies, of_kind = catalog.companies(), kinds()
    if name not in companies and name != catalog.BUDGET and name not in of_kind:
        close = nearest(name, dict.fromkeys((*companies, *of_kind)), lists=None)
        if close.startswith("known"):
            close = (f"companies: {', '.join(companies)}; kinds: "
                     f"{', '.join(f'{kind} ({own})' for kind, own in of_kind.items())}.")
        raise InputError.of("company", f"{name!r} has no assumptions; {close}")
    catalog.check_company(name, of_kind)
    return name if name in companies else of_kind[name]


def _name_problems(name: str, folder: Path) -> list[Problem]:
    """Why a company cannot have a name, if it cannot."""
    from model.params import catalog

    if fault := catalog.name_fault(name, in_formulas=False):
        return [Problem("new", f"{name!r} {fault}.")]
    if folder.exists():
        return [Problem("new", f"{relative(folder)} is there already; choose another name.")]
    return []


def _head_problems(like: Assumptions, head: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the title and the currency of a company that begins like another."""
    from model.params.entry import Header, validate
    from model.params.yaml_file import ParamsFile

    content = {**like.base_file.content, **head}
    content = {key: value for key, value in content.items() if key not in _OF_A_PLAN}
    _, problems = validate(Header, content, ParamsFile("new", {}, {}), name="the header")
    return [Problem("new", problem.what) for problem in problems]


def _base(like: Assumptions, head: Mapping[str, str], where: str, whose: str | None) -> str:
    """The text of a base.yaml that begins with the figures of another company, and uses its texts
    where it says `whose` they are."""
    from model.params import catalog
    from model.params.scenario_file import rewrite
    from model.params.yaml_file import bytes_of

    text = bytes_of(catalog.scenario_path(like.company, "base")).decode("utf-8-sig")
    left = ("about", *_OF_A_PLAN, *(() if whose else ("model",)))
    content = {key: value for key, value in like.base_file.content.items() if key not in left}
    whom = f"the figure of {like.title}" if whose else "no figure of yours"
    content |= {**head, "assumptions": _examples(
        content["assumptions"], like, head["currency"],
        f"estimate: an example, {whom}; type your own")}
    text = rewrite(text.replace("\r\n", "\n"), content, where)
    text = re.sub(r"^# Assumptions of .*\n(?:# (?!An entry).*\n)*", "# Every figure is an example: "
                  "type your own, and say in its source where it comes from.\n", text, count=1,
                  flags=re.MULTILINE)
    if whose and "model" not in content:
        text = re.sub(r"^assumptions:", f"model: {whose}\n\n\\g<0>", text, count=1,
                      flags=re.MULTILINE)
    return text


def _examples(section: Mapping, like: Assumptions, currency: str, source: str) -> dict:
    """The entries of a section, each marked as an example, in another currency."""
    return {name: _example(each, like, currency, source) if "unit" in each
            else _examples(each, like, currency, source) for name, each in section.items()}


def _example(entry: Mapping, like: Assumptions, currency: str, source: str) -> dict:
    own = {key: value for key, value in entry.items() if key not in _OF_ANOTHER}
    return own | {"unit": re.sub(rf"\b({UNIT}|{like.currency})\b", currency, entry["unit"]),
                  "source": source, "confidence": "low"}
