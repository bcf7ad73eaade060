"""Known contents: what the partitions of a season were found to hold, kept so that no look reads every file again.

A note for each season of a table, beside the season files: which version of a partition, told by its file's time and
size, was found to hold what. Like those it is never the truth: what has another time or size is read again, and the
note may be deleted at any time. How a content is found is the footers'.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from nba_assets.warehouse.scratch import replacing
from nba_assets.warehouse.season_files import FOLDER, Stamp

Known = Mapping[date, tuple[Stamp, str]]


def read(folder: Path, year: int) -> Known:
    """What is known of a season; what cannot be read is nothing."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        noted = json.loads(_file(folder, year).read_bytes())
        return {date.fromisoformat(day): (Stamp(*stamp), str(content)) for day, (*stamp, content) in noted.items()}
    return {}


def keep(folder: Path, year: int, known: Known) -> None:
    """Write down what is known; a lake that cannot be written to is looked at all the same."""
    with suppress(OSError), replacing(_file(folder, year), folder) as written:
        written.write_text(json.dumps({str(day): (*stamp, content) for day, (stamp, content) in known.items()}))


def _file(folder: Path, year: int) -> Path:
    return folder / FOLDER / f"{year}.contents"
