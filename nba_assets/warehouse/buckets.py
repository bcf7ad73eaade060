"""Folders that lie elsewhere, such as in a bucket of Google Cloud Storage: copied whole, there or back.

A place is a folder of this machine or a URL that Arrow knows (`gs://bucket/folder`, with the credentials that Google's
libraries find). What is in it is not said here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.warehouse.scratch import scratch_folder


@contextmanager
def written_to(place: str) -> Iterator[Path]:
    """The place as a folder to write to; what is written reaches a bucket at the end, if all went well."""
    if not is_url(place):
        yield Path(place).resolve()
        return
    with scratch_folder() as folder:
        yield folder
        _copy(os.fspath(folder), place, told(place))


@contextmanager
def read_from(place: str) -> Iterator[Path]:
    """The place as a folder to read from."""
    if not is_url(place):
        yield Path(place).resolve()
        return
    with scratch_folder() as folder:
        _copy(place, os.fspath(folder), told(place))
        yield folder


def told(place: str) -> str:
    """A place as it may be said and stored: a URL without what may be a secret, as keys and tokens are."""
    if not is_url(place):
        return place
    scheme, _, rest = place.partition("://")
    bucket, query = re.split("[?#]", rest, maxsplit=1)[0], re.search("[?#]", rest)
    return f"{scheme}://{bucket.rpartition('@')[2]}{f'{query[0]}...' if query else ''}"


def is_url(place: str) -> bool:
    """Whether it is no folder of this machine."""
    return "://" in place


def _copy(source: str, target: str, where: str) -> None:
    """Raises BadInput for a URL that is none, GaveWay where it cannot be reached: Arrow's own words quote the URL."""
    import pyarrow as pa
    from pyarrow import fs

    try:
        fs.copy_files(source, target)
    except pa.ArrowInvalid:
        raise BadInput(f"{where}: is no address of a bucket that Arrow knows") from None
    except pa.ArrowException as error:
        raise GaveWay(f"{where}: cannot be reached: {type(error).__name__}") from None
