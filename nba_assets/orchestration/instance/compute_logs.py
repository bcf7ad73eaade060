"""Compute log manager: what a step writes to stdout and stderr, kept for its page in the UI.

Dagster's own way also shows it in the terminal while it is written, by four processes beside each step. Here it is
shown when the step ends. Everything else is the parent's, and all of it where Dagster has changed or is to be stock.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

from nba_assets.orchestration.dagster_patches.guard import Upstream, find, in_place
from nba_assets.orchestration.instance.home import AtHome

_LOCAL = "dagster._core.storage.local_compute_log_manager"
_CONTEXT = "dagster._core.storage.compute_log_manager:CapturedLogContext"
_KINDS = "dagster._core.storage.compute_log_manager:ComputeIOType"
_EXTENSIONS = f"{_LOCAL}:IO_TYPE_EXTENSION"
_REDIRECTS = "dagster._core.execution.compute_logs:redirect_to_file"

UPSTREAM = Upstream(
    "step_logs",
    lost="four processes beside each step keep its output",
    parameters={
        f"{_LOCAL}:LocalComputeLogManager.capture_logs": ("log_key",),
        f"{_LOCAL}:LocalComputeLogManager.get_captured_local_path": ("log_key", "extension", "partial"),
        f"{_LOCAL}:LocalComputeLogManager.complete_artifact_path": ("log_key",),
        _REDIRECTS: ("stream", "filepath"),
    },
    names=(_CONTEXT, f"{_KINDS}.STDOUT", f"{_KINDS}.STDERR", _EXTENSIONS),
)


class StepLogManager(AtHome, LocalComputeLogManager):
    """`base_dir` is where the parent keeps its files by default, under DAGSTER_HOME."""

    FOLDER = "storage"
    SETTING = "compute_logs"

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[Any]:
        """As the parent where steps run in the command's own process, whose progress is to be seen while it goes on."""
        if multiprocessing.parent_process() is None or not in_place(UPSTREAM):
            with super().capture_logs(log_key) as context:
                yield context
            return
        extensions, kinds = find(_EXTENSIONS), find(_KINDS)
        paths = [self.get_captured_local_path(log_key, extensions[kind]) for kind in (kinds.STDOUT, kinds.STDERR)]
        with _kept(sys.stdout, Path(paths[0])), _kept(sys.stderr, Path(paths[1])):
            yield find(_CONTEXT)(log_key)
        Path(self.complete_artifact_path(log_key)).touch()


@contextmanager
def _kept(stream: TextIO, path: Path) -> Iterator[None]:
    """What is written to the stream goes to the file, and to where it would have gone when that is over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with find(_REDIRECTS)(stream, str(path)):
            yield
    finally:
        with suppress(OSError):  # nobody may be there to see it any more
            stream.write(path.read_text(errors="replace"))
            stream.flush()
