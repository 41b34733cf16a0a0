"""JSON Schema of params files, by which an editor completes and checks them while they are typed.

It follows from the models of pydantic, and says what can be said of a file by itself. `python -m
model check` says all else.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.params import decision, dependence, financing
from model.params.catalog import PLAIN
from model.params.entry import (
    Closed,
    Correlation,
    Covenant,
    Decision,
    Entry,
    Header,
    Option,
    Scenario,
    Terms,
)
from model.params.quantities import DATED, ONE_NUMBER, Domain
from model.params.units import UNITS
from model.params.values import amounts_over_time

_DIALECT = "http://json-schema.org/draft-07/schema#"


def base() -> dict:
    """The schema of a company's base.yaml."""
    schema = _with_lists(of(Header))
    schema["properties"][decision.KEY] = _decision()
    entry = of(Entry)
    entry["allOf"] = [_by_domain(domain, units) for domain, units in _domains().items()] + [
        _of_units(sorted(ONE_NUMBER.union(UNITS.counted["people"]) - DATED), {"type": "number"})]
    return with_entries(schema, entry)


def scenario() -> dict:
    """The schema of a company's scenario."""
    return _with_lists(of(Scenario))


# What the items of a list are, by its key.
_LISTS = {dependence.KEY: Correlation, financing.TERMS: Terms, financing.COVENANTS: Covenant}


def _with_lists(schema: dict) -> dict:
    """The schema of a file in which the items of each list are what they are."""
    properties, definitions = dict(schema["properties"]), {}
    for key, model in _LISTS.items():
        item = {name: part for name, part in of(model).items() if name != "$schema"}
        # Where a schema refers to others, they stand in the file's own.
        definitions |= item.pop("$defs", {})
        properties[key] = {"type": "array", "items": item, "default": []}
    return {**schema, "properties": properties, "$defs": definitions}


def _decision() -> dict:
    """The schema of a decision, each option of which is one."""
    schema, option = ({key: part for key, part in of(model).items() if key != "$schema"}
                      for model in (Decision, Option))
    schema["properties"]["options"] = {"type": "array", "items": option, "minItems": 2}
    return schema


def of(model: type[Closed]) -> dict:
    """The schema of a model, without the titles that pydantic makes of names."""
    schema = model.model_json_schema()
    schema["description"] = " ".join(schema["description"].split())
    for each in schema["properties"].values():
        each.pop("title", None)
    return {"$schema": _DIALECT, **schema}


def with_entries(schema: Mapping, entry: Mapping) -> dict:
    """The schema of a file with entries in sections under `assumptions`."""
    entry = {key: part for key, part in entry.items() if key != "$schema"}
    section = {
        "type": "object", "minProperties": 1, "description": "Assumptions, and further sections.",
        "propertyNames": {"pattern": f"^{PLAIN.pattern}$",
                          "not": {"enum": sorted({*entry["properties"]} - {"season"})}},
        "additionalProperties": {"anyOf": [{"$ref": "#/definitions/entry"},
                                           {"$ref": "#/definitions/section"}]}}
    properties = {**schema["properties"], "assumptions": {"$ref": "#/definitions/section"}}
    return {**schema, "properties": properties,
            "definitions": {"entry": entry, "section": section}}


def _domains() -> dict[Domain, list[str]]:
    domains: dict[Domain, list[str]] = {}
    for unit, domain in UNITS.items():
        domains.setdefault(domain, []).append(unit)
    return domains


def _by_domain(domain: Domain, units: list[str]) -> dict:
    """What a value of some units may be: amounts of their domain."""
    amount = {"type": "integer" if domain.whole else "number", "maximum": domain.high,
              "exclusiveMinimum" if domain.above_low else "minimum": domain.low}
    return _of_units(units, {"if": {"type": "object"}, "then": amounts_over_time(amount),
                             "else": amount})


def _of_units(units: list[str], value: Mapping) -> dict:
    return {"if": {"properties": {"unit": {"enum": units}}, "required": ["unit"]},
            "then": {"properties": {"value": value}}}
