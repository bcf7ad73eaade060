"""Logs of runs on SQLite, packed once nobody writes to them: a twentieth of the room, and unpacked for whoever looks.

Dagster keeps the log of each run in a file of its own, for the page of that run and for nothing else. A log that is
asked for is a plain file from then on, until it is packed again; the time of its last event, by which old logs are
removed, stays its file's time. Which logs are packed, and when they are removed, is the retention's to know.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nba_assets.warehouse.scratch import replacing

PACKED = ".zst"
"""Added to the name of a log."""

IN_USE = ("-wal", "-shm", "-journal")
"""Added by SQLite to the name of a file that a process is at, or was when it was killed."""


def pack(log: Path) -> bool:
    """Put a packed file in a log's place, unless a process is at it. Whether it did."""
    import pyarrow as pa  # not at the top: every process of Dagster's opens the event log, few pack anything

    with suppress(FileNotFoundError):  # another process packed or removed it
        last = log.stat().st_mtime_ns
        if _is_in_use(log):
            return False
        with replacing(packed(log), log.parent) as written:
            with pa.CompressedOutputStream(written, "zstd") as stream:
                stream.write(log.read_bytes())
            os.utime(written, ns=(last, last))
        if log.stat().st_mtime_ns == last and not _is_in_use(log):
            log.unlink()
            return True
        packed(log).unlink(missing_ok=True)  # the plain one holds more
    return False


def _is_in_use(log: Path) -> bool:
    return any(Path(f"{log}{name}").exists() for name in IN_USE)


def unpack(log: str) -> None:
    """Put a plain log in the place of a packed one, where that is all there is."""
    if os.path.exists(log) or not os.path.exists(there := f"{log}{PACKED}"):
        return
    import pyarrow as pa

    with suppress(FileNotFoundError, FileExistsError):  # another process unpacked it, and may have written to it
        last = os.stat(there).st_mtime_ns
        with replacing(Path(log), Path(log).parent) as written:
            with pa.CompressedInputStream(there, "zstd") as plain:
                written.write_bytes(plain.read())
            os.utime(written, ns=(last, last))
            if os.path.exists(log):
                raise FileExistsError(log)
        os.unlink(there)


def packed_in(folder: Path) -> list[Path]:
    """The logs of a folder that are packed, by the names that they have when they are not."""
    return [file.with_suffix("") for file in folder.glob(f"*.db{PACKED}")]


def remove(log: Path) -> None:
    """A log in either form, and what SQLite has beside it."""
    for name in ("", PACKED, *IN_USE):
        Path(f"{log}{name}").unlink(missing_ok=True)


def packed(log: Path) -> Path:
    """Where a log lies when it is packed."""
    return Path(f"{log}{PACKED}")
