"""The READMEs of the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("params", "notebooks", "model", "reports", "tests")
# Texts by path from the project's folder.
READMES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
           for path in (ROOT / "README.md",
                        *(path for folder in FOLDERS
                          for path in sorted((ROOT / folder).rglob("README.md"))))}
