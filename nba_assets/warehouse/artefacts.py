"""Trained models as files, each under the SHA-256 of what it holds: in the lake, or in a bucket.

What is read is what was written, byte for byte, or it is refused by name. What such a file holds is not said here; it
is text, never a pickle.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.buckets import read_from, told, written_to
from nba_assets.warehouse.scratch import replacing

VARIABLE = "NBA_MODELS"
"""The setting that says where models are kept: a folder or a URL of a bucket; with a lake, they are kept in it."""

FILE = "model.json"

DIGEST = "artefact_sha256"
"""The column that names a model's file, in whichever table there is one."""


@dataclass(frozen=True)
class Artefacts:
    """The models under `place`, a folder or a URL."""

    place: str

    @classmethod
    def of(cls, lake: Path | None) -> Artefacts:
        """Where the setting says, or else in the lake. Raises BadInput where there is neither."""
        if place := os.environ.get(VARIABLE):
            return cls(place.rstrip("/"))
        if not lake:
            raise BadInput(f"{VARIABLE}: without a lake, say where models are kept: a folder, or gs://bucket/folder")
        return cls.within(lake)

    @classmethod
    def within(cls, lake: Path) -> Artefacts:
        """In the lake itself, whatever the setting says: so models go with a lake that is carried elsewhere."""
        return cls(os.fspath(lake / "nba_predictions" / "models"))

    def keep(self, text: str) -> str:
        """Keep a model; its SHA-256."""
        digest = _digest(text.encode())
        with written_to(f"{self.place}/{digest}") as folder:
            folder.mkdir(parents=True, exist_ok=True)
            with replacing(folder / FILE, folder) as temporary:
                temporary.write_text(text)
        return digest

    def name_of(self, digest: str) -> str:
        """Where a model lies, as it may be said."""
        return f"{told(self.place)}/{digest}"

    def load(self, digest: str) -> str:
        """A model as it was kept. Raises BadInput where it is not there, or not as it was."""
        name = self.name_of(digest)
        try:
            with read_from(f"{self.place}/{digest}") as folder:
                held = (folder / FILE).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"{name}: the model's file is not there: train its month again") from None
        if (found := _digest(held)) != digest:
            raise BadInput(f"{name}: the model's file is not as it was written, its SHA-256 is {found}: train it again")
        return held.decode()


def carry(digests: Iterable[str], source: Artefacts, target: Artefacts) -> None:
    """Keep some models of one place in another. Raises BadInput for one that is not there, or not as it was."""
    if source != target:
        for digest in digests:
            target.keep(source.load(digest))


def _digest(held: bytes) -> str:
    return hashlib.sha256(held).hexdigest()
