"""The command `new`: a company of one's own, begun with the figures of another as examples."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from model.commands import DONE
from model.counts import count
from model.currency import UNIT
from model.folders import params, relative
from model.params.assumptions import Assumptions
from model.problems import InputError, Problem, fail_if

# What is said of another company's figures, and so is true of no others.
_OF_ANOTHER = ("printed", "printed_for", "note")


def add_new(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", help="what its folder is called: lower-case letters, digits and "
                                      "underscores")
    command.add_argument("--like", required=True, metavar="KIND",
                         help="the company whose formulas it uses, and whose figures it begins "
                              "with as examples: its name, or its kind, which is marketplace, "
                              "service or subscription")
    command.add_argument("--title", help="what pages call it")
    command.add_argument("--currency", metavar="CODE",
                         help="three capital letters, as in EUR; that of the examples by default")


def new(options: argparse.Namespace) -> int:
    """Write the base.yaml of a new company and read it back. Raises InputError, and leaves no file,
    for a name that is taken or cannot be one, and for a title or a currency that cannot be."""
    from model import load
    from model.companies import kinds, text_name
    from model.params import catalog, dependence
    from model.params.entry import Header, validate
    from model.params.scenario_file import rewrite, tried
    from model.params.yaml_file import ParamsFile, bytes_of

    if fault := catalog.name_fault(options.name, in_formulas=False):
        raise InputError.of("new", f"{options.name!r} {fault}.")
    folder = params() / options.name
    if folder.exists():
        raise InputError.of("new", f"{relative(folder)} is there already; choose another name.")
    of_kind = kinds()
    catalog.check_company(options.like, of_kind)
    name = options.like if options.like in catalog.companies() else of_kind[options.like]
    like, path = load(name), folder / "base.yaml"
    text = bytes_of(catalog.scenario_path(name, "base")).decode("utf-8-sig")
    head = {"title": options.title or options.name.replace("_", " ").capitalize(),
            "currency": options.currency or like.currency}
    content = {key: value for key, value in like.base_file.content.items()
               if key not in ("about", dependence.KEY)}
    _, problems = validate(Header, content | head, ParamsFile("new", {}, {}), name="the header")
    fail_if([Problem("new", problem.what) for problem in problems])
    content |= head | {"assumptions": _examples(content["assumptions"], like, head["currency"])}
    text = rewrite(text.replace("\r\n", "\n"), content, relative(path))
    text = re.sub(r"^# Assumptions of .*$", "# Every figure is an example: type your own, and say "
                  "in its source where it comes from.", text, count=1, flags=re.MULTILINE)
    if "model" not in content:
        text = re.sub(r"^assumptions:", f"model: {text_name(name)}\n\n\\g<0>", text,
                      count=1, flags=re.MULTILINE)
    try:
        with tried(path, None, text.encode()):
            plan = load(options.name)
    except BaseException:
        folder.rmdir()
        raise
    print(f"Written: {relative(path)}, with {count(len(plan.entries), 'figure')} of {like.title} "
          "as examples: type your own there, each with its source.\n"
          f"Then: python -m model check {options.name}, and python -m model run {options.name} for "
          "its pages.")
    return DONE


def _examples(section: Mapping, like: Assumptions, currency: str) -> dict:
    """The entries of a section, each marked as an example, in another currency."""
    return {name: _example(each, like, currency) if "unit" in each
            else _examples(each, like, currency) for name, each in section.items()}


def _example(entry: Mapping, like: Assumptions, currency: str) -> dict:
    own = {key: value for key, value in entry.items() if key not in _OF_ANOTHER}
    return own | {"unit": re.sub(rf"\b({UNIT}|{like.currency})\b", currency, entry["unit"]),
                  "source": f"estimate: an example, the figure of {like.title}; type your own",
                  "confidence": "low"}
