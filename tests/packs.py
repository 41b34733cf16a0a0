"""Packs for tests: a plan that was sent, and a folder in which it has changed since."""

import json
import zipfile
from functools import lru_cache

from model.packs import archive, pack

DAY = "2026-10-31"
ACTUALS = ("# closed to 2026-02\nperiod,name,value,note\n2026-01,revenue,5000,\n"
           "2026-02,revenue,6000,\n2026-02,marketing,900,once\n")
LATER = ("# closed to 2026-03\nperiod,name,value,note\n2026-01,revenue,5000,\n"
         "2026-02,revenue,6100.50,\n2026-03,revenue,7000,\n")
FEE = ("  extra_fee:\n    label: Extra fee\n    unit: USD\n    value: 5\n    range: [1, 9]\n"
       "    source: 'estimate: to see'\n    confidence: low\n")


def keep(folder, name, company, scenario="base"):
    """A pack of a plan of a folder."""
    path = folder / "packs" / f"{name}.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_content(name, company, scenario,
                              tuple(pack.params_of(company, scenario).items())))
    return path


@lru_cache(maxsize=16)
def _content(name, company, scenario, _params):
    """The bytes of a pack; of the same params they are the same."""
    return pack.content(name, company, scenario, DAY, {})


def edit(folder, entry, old, new, company="mentorship"):
    """Change what stands behind an entry's name in base.yaml."""
    path = folder / "params" / company / "base.yaml"
    text = path.read_text()
    at = text.index(old, text.index(f" {entry}:\n"))
    path.write_text(text[:at] + new + text[at + len(old):])


def add_fee(folder, company="mentorship"):
    """An assumption that no formula reads."""
    path = folder / "params" / company / "base.yaml"
    path.write_text(path.read_text().replace("assumptions:\n", f"assumptions:\n{FEE}", 1))


def head(folder, old, new, company="mentorship"):
    """Change a line of the head of base.yaml."""
    path = folder / "params" / company / "base.yaml"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def changed(path, change, seal=True):
    """The files of a pack changed by somebody, with sums of their own where it is sealed anew."""
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    sums = contents.pop(archive.SUMS)
    change(contents)
    if seal:
        path.write_bytes(archive.packed(contents))
        return
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {archive.SUMS: sums, **contents}.items():
            file.writestr(name, content)


def said(path, change):
    """A pack that says something else of itself, as another version of the model would."""
    def rewrite(contents):
        record = json.loads(contents[pack.RECORD])
        change(record)
        contents[pack.RECORD] = json.dumps(record).encode()
    changed(path, rewrite)


def found(run, *packs):
    """What the command says in JSON."""
    code, out, err = run("compare-packs", *packs, "--format", "json")
    assert (code, err) == (0, [])
    return json.loads(out)
