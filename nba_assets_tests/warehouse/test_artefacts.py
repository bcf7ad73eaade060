"""Models as files under their SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.artefacts import FILE, VARIABLE, Artefacts


def test_what_is_kept_is_found_under_its_hash(tmp_path: Path) -> None:
    kept = Artefacts.of(tmp_path)
    digest = kept.keep("trees")
    assert digest == hashlib.sha256(b"trees").hexdigest()
    assert kept.keep("trees") == digest
    assert kept.load(digest) == "trees"
    assert [file.name for file in (tmp_path / "nba_predictions" / "models" / digest).glob("[!.]*")] == [FILE]


def test_what_is_not_there_or_not_as_it_was_is_refused(tmp_path: Path) -> None:
    kept = Artefacts.of(tmp_path)
    digest = kept.keep("trees")
    with pytest.raises(BadInput, match="/0000: the model's file is not there"):
        kept.load("0000")
    (Path(kept.place) / digest / FILE).write_bytes(b"\xff")
    with pytest.raises(BadInput, match=f"{digest}: the model's file is not as it was written"):
        kept.load(digest)


def test_without_a_lake_somebody_has_to_say_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=f"^{VARIABLE}: without a lake, say where models are kept"):
        Artefacts.of(None)
    monkeypatch.setenv(VARIABLE, f"{tmp_path}/elsewhere/")
    assert Artefacts.of(None).load(Artefacts.of(tmp_path).keep("trees")) == "trees"
    assert (tmp_path / "elsewhere").is_dir()
