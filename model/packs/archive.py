"""The file of a pack: a ZIP of plain files, with a list of their SHA-256 sums that proves them.

Same files make the same bytes. A file is measured before it is unpacked, as a small one can unpack
to gigabytes, and it is unpacked into memory only.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from model import files
from model.folders import relative
from model.problems import InputError, Problem, fail_if, quoted

# The list that `sha256sum -c` reads as well.
SUMS = "SHA256SUMS"
SUFFIX = ".zip"
MAX_BYTES, MAX_CONTENT, MAX_PARTS = 60_000_000, 200_000_000, 400
_TIME = (1980, 1, 1, 0, 0, 0)
_PART = r"[A-Za-z0-9_][A-Za-z0-9_. -]*"
_NAME = re.compile(rf"(?:{_PART}/){{0,6}}{_PART}")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")
_NO_PACK = "name one that `python -m model pack` wrote"


def packed(contents: Mapping[str, bytes]) -> bytes:
    """The bytes of a pack that holds some files."""
    sums = "".join(f"{files.digest(contents[name])}  {name}\n" for name in sorted(contents))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in [(SUMS, sums.encode()), *sorted(contents.items())]:
            part = zipfile.ZipInfo(name, _TIME)
            part.create_system, part.external_attr = 3, 0o644 << 16
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, content)
    return buffer.getvalue()


def unpacked(path: Path) -> dict[str, bytes]:
    """The files of a pack. Raises InputError for what is no pack, and with the name of each file
    that is not as it was packed."""
    where, contents = relative(path), unproven(path)
    if SUMS not in contents:
        raise InputError.of(where, f"is no pack: it holds no {SUMS}; {_NO_PACK}.")
    _prove(where, contents, contents.pop(SUMS).decode(errors="replace"))
    return contents


def unproven(path: Path) -> dict[str, bytes]:
    """The files of an archive, whatever was done to them. Raises InputError for what is none."""
    where = relative(path)
    try:
        raw = files.read(path, MAX_BYTES, "a pack", _NO_PACK, _NO_PACK)
        return _contents(where, raw)
    except files.UnusableError as error:
        raise InputError.of(where, str(error)) from None
    except InputError:
        raise
    except Exception:  # whatever a damaged or hostile file makes the library raise
        raise InputError.of(where, f"is no ZIP file, or a damaged one; {_NO_PACK}.") from None


def _contents(where: str, raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_CONTENT:
            raise InputError.of(where, f"unpacks to far more than a pack holds; {_NO_PACK}.")
        names = [part.filename for part in parts]
        fail_if([Problem(where, f"holds a file {quoted(name)}, as no pack does; {_NO_PACK}.")
                 for name in dict.fromkeys(names)
                 if not _NAME.fullmatch(name) or names.count(name) > 1
                 or any(other.startswith(f"{name}/") for other in names)])
        # What a part claims to unpack to is what is read of it at most.
        return {part.filename: archive.read(part) for part in parts}


def _prove(where: str, contents: Mapping[str, bytes], sums: str) -> None:
    """Raise InputError with each file that is missing, new or another one than was packed."""
    listed = {match[2]: match[1] for line in sums.splitlines() if (match := _SUM.fullmatch(line))}
    problems = [f"{name} is missing" for name in listed if name not in contents]
    problems += [f"{name} is not as it was packed: its SHA-256 sum is another one"
                 for name, content in contents.items()
                 if name in listed and files.digest(content) != listed[name]]
    problems += [f"{name} was put in after it was packed" for name in contents
                 if name not in listed]
    fail_if([Problem(where, f"{problem}; ask for the pack as it was sent.")
             for problem in problems])
