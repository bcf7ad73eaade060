"""Folders that lie elsewhere, such as in a bucket of Google Cloud Storage: copied whole, there or back.

A place is a folder of this machine or a URL that Arrow knows (`gs://bucket/folder`, with the credentials that Google's
libraries find). What is in it is not said here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nba_assets.warehouse.scratch import scratch_folder


@contextmanager
def written_to(place: str) -> Iterator[Path]:
    """The place as a folder to write to; what is written reaches a bucket at the end, if all went well."""
    if not _is_url(place):
        yield Path(place).resolve()
        return
    with scratch_folder() as folder:
        yield folder
        _copy(os.fspath(folder), place)


@contextmanager
def read_from(place: str) -> Iterator[Path]:
    """The place as a folder to read from."""
    if not _is_url(place):
        yield Path(place).resolve()
        return
    with scratch_folder() as folder:
        _copy(place, os.fspath(folder))
        yield folder


def _is_url(place: str) -> bool:
    return "://" in place


def _copy(source: str, target: str) -> None:
    from pyarrow import fs

    fs.copy_files(source, target)
