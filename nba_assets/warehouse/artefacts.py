"""Trained models as files, each under the SHA-256 of what it holds: in the lake, or in a bucket.

What is read is what was written, byte for byte, or it is refused by name. What such a file holds is not said here; it
is text, never a pickle.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.buckets import read_from, written_to
from nba_assets.warehouse.scratch import replacing

VARIABLE = "NBA_MODELS"
"""The setting that says where models are kept: a folder or a URL of a bucket; with a lake, they are kept in it."""

FILE = "model.json"


@dataclass(frozen=True)
class Artefacts:
    """The models under `place`, a folder or a URL."""

    place: str

    @classmethod
    def of(cls, lake: Path | None) -> Artefacts:
        """Where the setting says, or else in the lake. Raises BadInput where there is neither."""
        if not (place := os.environ.get(VARIABLE) or (os.fspath(lake / "nba_predictions" / "models") if lake else "")):
            raise BadInput(f"{VARIABLE}: without a lake, say where models are kept: a folder, or gs://bucket/folder")
        return cls(place.rstrip("/"))

    def keep(self, text: str) -> str:
        """Keep a model; its SHA-256."""
        digest = _digest(text.encode())
        with written_to(f"{self.place}/{digest}") as folder:
            folder.mkdir(parents=True, exist_ok=True)
            with replacing(folder / FILE, folder) as temporary:
                temporary.write_text(text)
        return digest

    def load(self, digest: str) -> str:
        """A model as it was kept. Raises BadInput where it is not there, or not as it was."""
        name = f"{self.place}/{digest}"
        try:
            with read_from(name) as folder:
                held = (folder / FILE).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"{name}: the model's file is not there: train its month again") from None
        if (found := _digest(held)) != digest:
            raise BadInput(f"{name}: the model's file is not as it was written, its SHA-256 is {found}: train it again")
        return held.decode()


def _digest(held: bytes) -> str:
    return hashlib.sha256(held).hexdigest()
