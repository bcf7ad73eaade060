"""What a step writes to stdout and stderr, kept for its page in the UI. Selected in `dagster_home/dagster.yaml`.

Dagster's own way also shows it in the terminal while it is written, by four processes beside each step. Here it is
shown when the step ends. Everything else is the parent's.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from dagster._core.execution.compute_logs import redirect_to_file
from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import IO_TYPE_EXTENSION, LocalComputeLogManager

from nba_assets.orchestration.instance.home import AtHome


class StepLogManager(AtHome, LocalComputeLogManager):
    """`base_dir` is where the parent keeps its files by default, under DAGSTER_HOME."""

    FOLDER = "storage"
    SETTING = "compute_logs"

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """As the parent where steps run in the command's own process, whose progress is to be seen while it goes on."""
        if multiprocessing.parent_process() is None:
            with super().capture_logs(log_key) as context:
                yield context
            return
        paths = [self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[kind]) for kind in ComputeIOType]
        with _kept(sys.stdout, Path(paths[0])), _kept(sys.stderr, Path(paths[1])):
            yield CapturedLogContext(log_key)
        Path(self.complete_artifact_path(log_key)).touch()


@contextmanager
def _kept(stream: TextIO, path: Path) -> Iterator[None]:
    """What is written to the stream goes to the file, and to where it would have gone when that is over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with redirect_to_file(stream, str(path)):
            yield
    finally:
        with suppress(OSError):  # nobody may be there to see it any more
            stream.write(path.read_text(errors="replace"))
            stream.flush()
