"""Notes on code in a lake: what each code version of a table was, and which versions were accepted as the same.

A new library may write the same query otherwise: the version changes and the table does not. A person who has looked
at the difference accepts it, and that is kept here, beside the partitions that it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nba_assets.compile.code_version import Code
from nba_assets.warehouse.scratch import replacing

FOLDER = ".code"
"""Under the lake's root, by a name that no pattern for data sets finds."""

_ACCEPTED = "accepted.json"


@dataclass(frozen=True)
class CodeNotes:
    """The notes under a lake's root."""

    root: Path

    def keep(self, table: str, code: Code) -> None:
        """Note what a version is, the first time that it makes rows."""
        file = self._file(table, code.version)
        if not file.exists():
            _write(file, code.text)

    def text(self, table: str, version: str) -> str | None:
        """What a version was; None for one that made no rows here."""
        with suppress(FileNotFoundError):
            return self._file(table, version).read_text()
        return None

    def accepted(self, table: str, version: str) -> set[str]:
        """The versions that are accepted as the same as this one, itself among them."""
        pairs, found = self._pairs(table), {version}
        while more := {old for old, new in pairs if new in found} - found:
            found |= more
        return found

    def accept(self, table: str, older: Iterable[str], version: str) -> None:
        """From now on, what the older versions made counts as made by this one."""
        noted = self._noted()
        pairs = {*self._pairs(table), *((old, version) for old in older)}
        _write(self.root / FOLDER / _ACCEPTED, json.dumps({**noted, table: sorted(pairs)}, indent=1))

    def _pairs(self, table: str) -> set[tuple[str, str]]:
        return {(old, new) for old, new in self._noted().get(table, [])}

    def _noted(self) -> dict[str, list[list[str]]]:
        with suppress(FileNotFoundError):
            noted: dict[str, list[list[str]]] = json.loads((self.root / FOLDER / _ACCEPTED).read_text())
            return noted
        return {}

    def _file(self, table: str, version: str) -> Path:
        return self.root / FOLDER / table / f"{version}.sql"


def _write(file: Path, text: str) -> None:
    """All at once: steps that run at the same time note the same."""
    with replacing(file, file.parent) as temporary:
        temporary.write_text(text)
