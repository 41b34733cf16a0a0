"""Workbooks calculated by other programs: formualizer and IronCalc, from PyPI, and LibreOffice.

LibreOffice shows the values in a file unless its profile asks it to calculate. Files for it hold
wrong values, so a right one has been calculated.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from model.workbook.book import Book
from model.workbook.cells import Field

# The value of a cell by sheet, row and column; rows and columns count from 0.
Values = Callable[[str, int, int], object]
# So long may LibreOffice take for each file, and to begin, before it counts as hung.
SECONDS = 300
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class Missing(Exception):
    """A program that is not installed."""


class Formualizer:
    """A workbook in formualizer: its inputs can be typed over, and it is calculated again."""

    def __init__(self, content: bytes, book: Book):
        import formualizer

        self.name = f"formualizer {version('formualizer')}"
        self._workbook = formualizer.Workbook.from_bytes(content)
        self._fields = fields(book)
        self._workbook.evaluate_all()

    def type(self, inputs: Mapping[Field, float | str | None]) -> None:
        """Type values into input cells, and calculate."""
        for field, value in inputs.items():
            sheet, row, col = self._fields[field]
            self._workbook.set_value(sheet, row + 1, col + 1, value)
        self._workbook.evaluate_all()

    def value(self, sheet: str, row: int, col: int) -> object:
        return self._workbook.get_value(sheet, row + 1, col + 1)


class IronCalc:
    """A workbook in IronCalc, which reads files alone."""

    def __init__(self, content: bytes, book: Book):
        import ironcalc

        self.name = f"IronCalc {version('ironcalc')}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.xlsx"
            path.write_bytes(content)
            self._workbook = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        self._numbers = {sheet.title: at for at, sheet in enumerate(book.sheets)}
        self._fields = fields(book)
        self._workbook.evaluate()

    def type(self, inputs: Mapping[Field, float | str]) -> None:
        for field, value in inputs.items():
            sheet, row, col = self._fields[field]
            update = (self._workbook.update_cell_with_text if isinstance(value, str) else
                      self._workbook.update_cell_with_number)
            update(self._numbers[sheet], row + 1, col + 1, value)
        self._workbook.evaluate()

    def value(self, sheet: str, row: int, col: int) -> object:
        return self._workbook.get_cell_value(self._numbers[sheet], row + 1, col + 1)


def fields(book: Book) -> dict[Field, tuple[str, int, int]]:
    """Sheet, row and column of each input."""
    return {field: (sheet.title, *at) for sheet in book.sheets
            for at, field in sheet.inputs.items()}


def office() -> str:
    """The command of LibreOffice. Raises Missing."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if not command:
        raise Missing("LibreOffice is not installed; on Debian: apt-get install "
                      "--no-install-recommends libreoffice-calc")
    return command


def office_name() -> str:
    """LibreOffice and its version."""
    answer = subprocess.run([office(), "--version"], capture_output=True, text=True,
                            timeout=SECONDS, check=True).stdout
    return f"LibreOffice {re.search(r'[0-9]+([.][0-9]+)+', answer)[0]}"


def by_office(contents: Mapping[str, bytes], suffix: str = "xlsx") -> dict[str, bytes]:
    """Files that LibreOffice has opened, calculated and saved, by the name of each."""
    command = office()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_PROFILE)
        for key, content in contents.items():
            (folder / f"{key}.xlsx").write_bytes(content)
        run = subprocess.run(
            [command, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
             "--convert-to", suffix, "--outdir", str(folder / "out"),
             *(str(folder / f"{key}.xlsx") for key in contents)],
            capture_output=True, text=True, timeout=SECONDS * (1 + len(contents)), check=False)
        paths = {key: folder / "out" / f"{key}.{suffix}" for key in contents}
        missing = [key for key, path in paths.items() if not path.is_file()]
        if missing:
            raise OSError(f"LibreOffice did not calculate {', '.join(missing)}: "
                          f"{run.stderr.strip()[-300:]}")
        return {key: path.read_bytes() for key, path in paths.items()}


def values_of(content: bytes) -> Values:
    """The values that a file holds."""
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    pages = {page.title: page for page in workbook}
    return lambda sheet, row, col: pages[sheet].cell(row + 1, col + 1).value
