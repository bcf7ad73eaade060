"""Instance of Dagster at DAGSTER_HOME: its settings, put there where there are none, and what is wrong with others.

What the settings select is each plug-in's own. Dagster is imported only by what opens the instance.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.scratch import written_whole

if TYPE_CHECKING:
    import dagster as dg

SETTINGS = "dagster.yaml"

_MISREAD = re.compile("[?\x00-\x1f\x7f\ud800-\udfff]|%[0-9a-fA-F]{2}")
"""What stands for something else in the address of a database: a file would be written outside of the folder."""

ROOM_BYTES = 8 << 20
"""What an instance needs to open and a run to begin; what it takes to end well depends on the run."""

_SECRET = re.compile("pass|secret|token|url|credential|_key", re.IGNORECASE)
"""In the name of a setting whose value is nobody's to read, or may hold such a value."""

MOVED = {
    "nba_assets.automation.compute_logs": "nba_assets.orchestration.instance.compute_logs",
    "nba_assets.automation.event_storage": "nba_assets.orchestration.instance.event_storage",
    "nba_assets.automation.event_storage.postgres": "nba_assets.orchestration.instance.event_storage.postgres",
    "nba_assets.automation.launcher": "nba_assets.orchestration.instance.launcher",
}
"""Modules that settings of earlier versions name, and where they are now."""


def settle_home() -> Path:
    """Say in the environment, for this process and those that it starts, where the instance is: by default here.

    Raises BadInput.
    """
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    said = os.environ.get("DAGSTER_HOME") or "dagster_home"
    try:
        home = Path(said).resolve()
    except (OSError, RuntimeError) as error:
        raise BadInput(f"DAGSTER_HOME: {said} is a link that leads nowhere") from error
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def check_place(home: Path) -> None:
    """Raises BadInput, one line, where no instance can be kept. Makes the folder where there is none."""
    if found := _MISREAD.search(str(home)):
        raise BadInput(
            f"DAGSTER_HOME: {str(home)!r} has {found[0]!r} in it, which Dagster misreads: choose another folder"
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise BadInput(f"DAGSTER_HOME: {home} is no folder and cannot be made one: {error.strerror}") from error
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise BadInput(f"DAGSTER_HOME: {home} cannot be written: make it writable, or choose another folder")
    if free < ROOM_BYTES:
        raise BadInput(f"DAGSTER_HOME: the disk of {home} is full ({free >> 10:,} KiB free): make room on it")


def put_settings(home: Path) -> None:
    """Copy our settings there, unless it has some. They are the user's from then on. Raises BadInput."""
    file = home / SETTINGS
    if file.exists():
        return
    if file.is_symlink():  # as the one of a checkout is once it is restored elsewhere; it may have led to a user's own
        raise BadInput(f"{file} is a link that leads nowhere: put the settings in its place, or remove it for new ones")
    with written_whole(file) as place:
        place.write_text(settings())


def settings() -> str:
    """The instance settings that the package comes with."""
    return resources.files(__package__).joinpath(SETTINGS).read_text()


def check_settings(home: Path) -> None:
    """Raises BadInput, one line, if the settings are no YAML or name a module or class that there is not."""
    import yaml

    file = home / SETTINGS
    try:
        said = yaml.safe_load(file.read_text())
    except yaml.MarkedYAMLError as error:  # its own words quote the line, and a password can stand there
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadInput(f"{file}: cannot be read: no YAML{where}") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise BadInput(f"{file}: cannot be read: {' '.join(str(error).split())}") from error
    for part, module, name in _named(said):
        _check_class(f"{file}: {part}", module, name)
    for secret in _secrets(said):
        if re.split("[/?#]", secret.partition("://")[2])[0].count("@") > 1:  # a driver tells it as a host
            raise BadInput(f"{file}: the address of a database has an @ too many: in a password it is written %40")


def _named(said: Any, part: str = "") -> Iterator[tuple[str, str, str | None]]:
    """Every module that the settings name, with the part that does and the class."""
    if not isinstance(said, Mapping):
        return
    if isinstance(said.get("module"), str):
        yield part, said["module"], said.get("class")
    for key, value in said.items():
        yield from _named(value, f"{part}.{key}" if part else str(key))


def _check_class(where: str, module: str, name: str | None) -> None:
    if module in MOVED:
        raise BadInput(f"{where}: module {module} has moved: write {MOVED[module]}")
    try:
        found = importlib.import_module(module)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"{where}: module {module} cannot be imported: {' '.join(str(error).split())}") from error
    if name is not None and not hasattr(found, str(name)):
        raise BadInput(f"{where}: module {module} has no class {name}")
    if name is not None and not hasattr(getattr(found, str(name)), "from_config_value"):
        raise BadInput(f"{where}: {module}.{name} is nothing that Dagster's settings can name")


def _secrets(said: Any, is_secret: bool = False) -> Iterator[str]:
    """What no message may repeat of the settings, as people write it. What a variable is called is no secret."""
    if isinstance(said, Mapping):
        for key, value in said.items():
            if key == "env":
                yield from [os.environ[str(value)]] if is_secret and os.environ.get(str(value)) else []
                continue
            yield from [str(key)] if is_secret else []
            yield from _secrets(value, is_secret or bool(_SECRET.search(str(key))))
    elif isinstance(said, list):
        for each in said:
            yield from _secrets(each, is_secret)
    elif is_secret and said is not None:
        yield " ".join(str(said).split())


def _told(home: Path, error: Exception) -> str:
    """An error about the settings in one line, in which no secret of theirs stands: Dagster quotes what it refuses."""
    import yaml

    found = getattr(error, "error_messages", None)  # without all that might have been there
    told = " ".join(" ".join(found or [str(error)]).split()) or type(error).__name__
    for secret in sorted(set(_secrets(yaml.safe_load((home / SETTINGS).read_text()))) - {""}, key=len, reverse=True):
        told = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", told)
    return told


@contextmanager
def instance_at_home() -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME, by default ./dagster_home, with the patches applied and no dead run under way.

    What killed runs have left in the folder for temporary files goes, too: a command that then finds all of it built
    writes nothing there, and so would leave it.

    Raises BadInput.
    """
    import dagster as dg

    from nba_assets.orchestration.dagster_patches import apply
    from nba_assets.orchestration.instance import storage_files
    from nba_assets.orchestration.instance.dead_runs import end_dead_runs
    from nba_assets.orchestration.instance.event_storage import postgres_server
    from nba_assets.warehouse.scratch import sweep_folders

    home = settle_home()
    check_place(home)
    put_settings(home)
    check_settings(home)
    apply()
    storage_files.watch()
    postgres_server.watch()
    try:
        instance = dg.DagsterInstance.get()
    except BadInput:
        raise
    except Exception as error:  # what the settings say is known only to the parts that they select
        raise BadInput(f"{home / SETTINGS}: {_told(home, error)}") from error
    with instance:
        instance.event_log_storage.get_maximum_record_id()  # opened by a run's first event else, which is too late
        end_dead_runs(instance)
        sweep_folders()
        yield instance
