"""What --json prints: one object a line, with the kinds and keys that the page on it names."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import typer

from nba_assets.audit.compare import Compared, Difference
from nba_assets.cli import app as cli
from nba_assets.cli.compare import print_compared
from nba_assets.cli.ingest import print_ingested
from nba_assets.cli.older_code import print_older
from nba_assets.cli.rows import print_as_json
from nba_assets.cli.terminal import print_made
from nba_assets.cli.train import print_models
from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.launch import TableResult
from nba_assets.simulate import write
from nba_assets.tables.registry import tables
from nba_assets_tests.cli.conftest import Nba

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
DAY = "2024-10-23"

WITHOUT = {"emit", "prune", "bigquery", "datapackage", "report", "shell"}
"""Commands that print no table of their own."""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    print_as_json(False)


def keys_of() -> dict[str, set[str]]:
    """The keys of each kind, as the page has them."""
    lines = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {cells[1].strip(" `"): set(re.findall(r"`(\w+)`", cells[4])) for cells in lines}


def parsed(printed: str) -> Counter[str]:
    """How many lines of each kind there are; every line is an object with keys that its kind has."""
    known, kinds = keys_of(), Counter[str]()
    for line in printed.splitlines():
        found = json.loads(line)
        kind = found.pop("kind")
        kinds[kind] += 1
        if kind not in ("table run", "cascade", "prediction"):  # whose keys are a table's columns
            assert set(found) == known[kind]
    return kinds


def test_every_command_that_prints_a_table_has_it() -> None:
    commands = typer.main.get_group(cli.app).commands
    lacking = [name for name, of in commands.items() if all(p.opts != ["--json"] for p in of.params)]
    assert set(lacking) == WITHOUT


@pytest.mark.parametrize(
    ("show", "kinds"),
    [
        (lambda: print_made({"games": TableResult(2, 9, 0.5, ["WARN thin (1 days)"])}), {"built": 1}),
        (
            lambda: print_compared(
                [Compared("games", 1, 1, columns=Counter(x=1), differences=[Difference("games", "k", "x", "1", "2")])],
                "stored",
                "built",
            ),
            {"compared": 1, "difference": 1},
        ),
        (
            lambda: print_older({tables()[0]: {date(2024, 1, 1): "", date(2024, 1, 2): "v"}}),
            {"older code": 2},
        ),
        (lambda: print_ingested([ingested()]), {"ingested": 1}),
        (lambda: print_models(OfOneModel(), Window(date(2024, 1, 1), date(2024, 1, 2))), {"model": 1}),  # type: ignore[arg-type]
    ],
    ids=["made", "compared", "older code", "ingested", "models"],
)
def test_what_takes_a_run_to_print(
    show: Callable[[], None], kinds: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    print_as_json(True)
    show()
    assert parsed(capsys.readouterr().out) == kinds


class OfOneModel:
    """A warehouse."""

    def fetch(self, *_: object) -> pa.Table:
        names = ("month", "trained_to", "rows_trained", "mean_absolute_error", "within_50", "within_80")
        return pa.Table.from_pylist([dict.fromkeys(names, 0.5) | {"artefact_sha256": "ab"}])


def ingested() -> Any:
    window = Window(date(2024, 1, 1), date(2024, 1, 2))
    counts = {"rows_in": 3, "rows_written": 2, "partitions": 2, "seconds": 0.5}
    contract = SimpleNamespace(full_name="nba_raw.a", partition_by="game_date")
    nothing = {"rejected": {"no date": 1}, "notes": (), "contradictions": ""}
    return SimpleNamespace(contract=contract, window=window, **counts, **nothing)


def test_the_page_says_nothing_of_what_is_not_printed() -> None:
    source = "".join(Path(file).read_text() for file in Path(inspect.getfile(cli)).parent.glob("*.py"))
    printed = set(re.findall(r'Rows\(\s*"([^"]+)"', source)) | set(re.findall(r'"kind": "([^"]+)"', source))
    assert {name for name in keys_of() if name != "query"} == printed


DAYS = ("--start", DAY, "--end", DAY)
OF_TWO = (*DAYS, "--tables", "games,player_boxes")
OF_NEW = ("--start", "2024-10-22", "--end", "2024-10-22", "--tables", "games", "--lake", "new")

RUNS = {"backfill", "materialize", "train", "predict", "grade"}
"""Commands that run Dagster."""

ON_SERVERS = {"estimate"}
"""Commands that need BigQuery, parsed where the tests of it are."""

TYPED: tuple[tuple[tuple[str, ...], int, set[str]], ...] = (
    (("simulate", "--season", "2024-25", "--days", "1", "--lake", "new"), 0, {"ingested"}),
    (("ingest", "raw", "--lake", "new"), 0, {"ingested"}),
    (("plan", *OF_NEW), 0, {"plan"}),
    (("backfill", *OF_NEW, "--dry-run"), 0, {"plan"}),
    (("backfill", *OF_NEW), 0, {"plan", "built"}),
    (("upgrade", "--dry-run"), 0, set()),
    (("status", "--date", DAY), 0, {"slate", "table", "operations"}),
    (("plan", *OF_TWO, "--diff", "1"), 0, {"compared"}),
    (("materialize", "--date", DAY, "--tables", "games"), 0, {"built"}),
    (("verify", *OF_TWO), 0, {"coverage"}),
    (("compare", "lake", "lake", "--tables", "games"), 0, {"compared"}),
    (("replay", "--date", DAY), 0, {"compared"}),
    (("explain", "games", "--date", DAY, "--key", "GAME"), 0, {"value", "input", "input row", "origin"}),
    (("lineage", "games.home_points"), 0, {"lineage"}),
    (("cascade", "--date", DAY), 0, {"arrival", "table run", "cascade"}),
    (("changes", "--since", "2020-01-01"), 0, {"rewritten"}),
    (("tables",), 0, {"stored"}),
    (("describe", "games"), 0, {"described", "column"}),
    (("catalog", "nba.duckdb"), 0, {"view"}),
    (("export", *OF_TWO, "--to", "exported"), 0, {"moved"}),
    (("import", "exported", "--lake", "new"), 0, {"moved"}),
    (("train", *DAYS), 2, set()),  # no season behind it, and after two nights no line is predicted:
    (("predict", "--date", DAY), 0, {"plan", "built"}),  # what they print of more is parsed in the tests of each
    (("predict", *DAYS), 0, set()),  # nor is one in the first days of a season, which is said on stderr
    (("grade", *DAYS), 2, {"plan", "built"}),
    (("query", "SELECT 1 AS a, 0.5 AS b, NULL AS c"), 0, set()),
)
"""What is typed, in this order on one lake; how it ends, and which kinds of line it prints."""


def test_none_is_left_out() -> None:
    assert {typed[0] for typed, *_ in TYPED} | WITHOUT | ON_SERVERS == set(typer.main.get_group(cli.app).commands)


@pytest.mark.slow
def test_each_line_of_each_command_is_an_object(
    filled: Path, tmp_path: Path, nba: Nba, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing beside the objects is on stdout, whoever writes there. What runs Dagster is a process, as people type it;
    of the others each would load for longer than it works."""
    for folder in ("lake", "home"):
        shutil.copytree(filled / folder, tmp_path / folder, copy_function=os.link if folder == "lake" else shutil.copy2)
    write(tmp_path / "raw", 2024, seed=7, days=1)
    game = game_of(tmp_path / "lake")
    for typed, code, kinds in TYPED:
        monkeypatch.setenv("NBA_LAKE", str(tmp_path / "lake"))  # --lake sets it
        typed = (*(game if word == "GAME" else word for word in typed), "--json")
        ended, printed, complaint = (in_a_process if typed[0] in RUNS else nba)(*typed)
        assert (ended, "Traceback" in complaint) == (code, False), (typed, complaint)
        if typed[0] == "query":
            assert json.loads(printed) == {"a": 1, "b": 0.5, "c": None}
        else:
            assert set(parsed(printed)) == kinds, typed


def in_a_process(*arguments: str) -> tuple[int, str, str]:
    """The same command with the folder and settings of this process."""
    done = subprocess.run([sys.executable, "-m", "nba_assets", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def game_of(lake: Path) -> str:
    import pyarrow.parquet as pq

    (file,) = (lake / "nba_conformed" / "games" / f"game_date={DAY}").glob("*.parquet")
    return str(pq.ParquetFile(file).read(["game_id"])["game_id"][0])
