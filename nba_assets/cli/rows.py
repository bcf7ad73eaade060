"""Tables that commands print: for people with headings and thousands, or with --json an object a line.

Cells are values, so that both say the same; how a kind of value is written stands here once. Which rows there are is
the command's.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rich.table import Column
from rich.table import Table as RichTable
from rich.text import Text

from nba_assets.cli.terminal import at_work, out
from nba_assets.contracts.calendar import EASTERN
from nba_assets.contracts.printable import printable

BETWEEN = "  "
"""Between two values in a line, and before a line that goes on."""


@dataclass(frozen=True)
class Cell:
    """A value that people are shown otherwise than its kind is."""

    value: Any
    text: str
    style: str = ""


@dataclass
class Rows:
    """A table of one `kind` of row, which JSON says of each; without a kind its columns are all that a row has."""

    kind: str
    columns: Sequence[str]
    title: str = ""
    keys: Sequence[str] = ()
    """What the columns are called in JSON, where that is not what they are headed with."""
    rows: list[Sequence[Any]] = field(default_factory=list)

    def add(self, *cells: Any) -> None:
        """A value for each column."""
        self.rows.append(cells)

    def print(self) -> None:
        """Nothing is printed of a table without rows but its head, and nothing at all as JSON."""
        if out.stderr:
            for cells in self.rows:
                named = zip(self.keys or self.columns, cells, strict=True)
                of_row = {_key(name): json_value(cell) for name, cell in named}
                print_json({"kind": self.kind, **of_row} if self.kind else of_row)
            return
        cells_shown = [[_text(cell) for cell in cells] for cells in self.rows]
        shown = self._table(cells_shown)
        if self.rows and shown.__rich_measure__(out, out.options).minimum > out.width:
            self._print_apart(cells_shown)
        else:
            out.print(shown)

    def _table(self, cells_shown: Sequence[Sequence[Text]]) -> RichTable:
        """Nothing is cut where it is narrow; what is one word is not parted while there is room."""
        columns = []
        for name, *of_it in zip(self.columns, *cells_shown, strict=True):
            one_word = not any(" " in str(said) for said in (name, *of_it))
            columns.append(Column(name, overflow="fold", no_wrap=one_word))
        shown = RichTable(*columns, title=self.title or None, title_justify="left")
        for cells in cells_shown:
            shown.add_row(*cells)
        return shown

    def _print_apart(self, cells_shown: Sequence[Sequence[Text]]) -> None:
        """Names and values one after the other, where not even the words of a row fit beside one another; empty ones
        are left out. What a row has no room for in a line goes on in the next, set in."""
        if self.title:
            out.print(self.title, style="italic")
        for cells in cells_shown:
            line = Text()
            for name, cell in zip(self.columns, cells, strict=True):
                if not cell:
                    continue
                value = Text.assemble((f"{printable(name)}: ", "dim"), cell)
                if line and line.cell_len + len(BETWEEN) + value.cell_len > out.width:
                    out.print(line)
                    line = Text(BETWEEN) + value
                else:
                    line = line + BETWEEN + value if line else value
            out.print(line)
        out.print()


def print_as_json(asked: bool) -> bool:
    """Of the option --json: tables go to stdout as JSON, and whatever else is said to stderr."""
    out.stderr = asked
    return asked


def as_json() -> bool:
    """Whether the command prints JSON, so that words go to the other stream."""
    return out.stderr


def print_json(document: Mapping[str, Any]) -> None:
    """One object as one line. What is no number, as an infinite one, is null."""
    at_work.over()
    in_ascii = (sys.stdout.encoding or "utf-8").lower() != "utf-8"  # a letter written out otherwise is no JSON
    sys.stdout.write(json.dumps(json_value(document), ensure_ascii=in_ascii, allow_nan=False) + "\n")


def _key(column: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in column).strip("_")


def json_value(value: Any) -> Any:
    """A value as JSON has it: numbers are numbers, moments and dates ISO 8601; what is no number is null."""
    match value:
        case Cell():
            return json_value(value.value)
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(name): json_value(of) for name, of in value.items()}
        case Iterable() if not isinstance(value, bytes):
            return [json_value(of) for of in value]
        case _:
            return str(value)


def _text(value: Any) -> Text:
    if isinstance(value, Cell):
        return Text(str(out.render_str(value.text)), value.style)
    # Digits within a sentence are no numbers.
    return out.render_str(_words(value), highlight=not isinstance(value, str))


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
        case datetime():
            return f"{value.astimezone(EASTERN):%Y-%m-%d %H:%M} ET"
        case timedelta():
            return long(value)
        case str():
            return value
        case tuple() | list():
            return ", ".join(map(_words, value))
        case _:
            return str(value)


def long(time: timedelta) -> str:
    """`3 min`, `5 h 12 min`, `2 d 4 h`."""
    minutes = int(time.total_seconds() // 60)
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
