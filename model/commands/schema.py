"""The command `schema`: JSON Schema of params files, for editors."""

from __future__ import annotations

import json

from model.commands import DONE
from model.files import write_whole
from model.folders import params, relative


def schemas() -> dict[str, str]:
    """The text of each file of schemas, by its name in the folder `params/schema`."""
    from model.budget.plan import json_schema as of_budget
    from model.params import json_schema as of_company

    return {f"{name}.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
            for name, schema in (("base", of_company.base()),
                                 ("scenario", of_company.scenario()),
                                 ("budget", of_budget.base()),
                                 ("budget_scenario", of_budget.scenario()))}


def write() -> int:
    """Write them."""
    for name, text in schemas().items():
        path = params() / "schema" / name
        write_whole(path, text.encode())
        print(f"Written: {relative(path)}.")
    return DONE
