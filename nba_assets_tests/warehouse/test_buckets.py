"""Places elsewhere: what cannot be reached is one line, and no secret in an address is said."""

from __future__ import annotations

import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.artefacts import Artefacts
from nba_assets.warehouse.buckets import read_from, told


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("/data/a@b?c", "/data/a@b?c"),
        ("gs://bucket/folder", "gs://bucket/folder"),
        ("s3://KEY:SECRET@bucket/folder", "s3://bucket/folder"),
        ("s3://KEY:SE@CRET@bucket", "s3://bucket"),
        ("s3://bucket/folder?token=SECRET", "s3://bucket/folder?..."),
        ("s3://bucket/folder#SECRET@x", "s3://bucket/folder#..."),
        ("gs://", "gs://"),
    ],
)
def test_an_address_as_it_is_said(place: str, shown: str) -> None:
    assert told(place) == shown


@pytest.mark.parametrize("place", ["foo://KEY:SECRET@host/x", "gs://bucket/x?token=SECRET", "file://KEY:SECRET@host/x"])
def test_an_address_that_is_none_is_one_line(place: str) -> None:
    """Arrow's own error, with its traceback, quotes it."""
    with pytest.raises(BadInput, match="is no address of a bucket that Arrow knows") as refused, read_from(place):
        pass
    assert "SECRET" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_models_place_is_said_without_its_keys() -> None:
    assert Artefacts("s3://KEY:SECRET@bucket/models").name_of("ab12") == "s3://bucket/models/ab12"
