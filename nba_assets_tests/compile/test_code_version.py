"""Which code versions change: the package is copied, one line of the copy edited, and the versions asked for again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nba_assets
from nba_assets.compile.code_version import canonical
from nba_assets.compile.sql_cache import FOLDERS
from nba_assets_tests.test_wall import PURE

SHOOTERS, TEAMS, CLOCKLESS = "player_shot_zone_analysis", "team_offense_game_summary", "rosters"
TABLES = (TEAMS, SHOOTERS, CLOCKLESS)

SCRIPT = """
import sys
from nba_assets.compile.code_version import code_version
from nba_assets.tables.registry import every_table
named = {table.name: table for table in every_table()}
print(*[code_version(named[name], "duckdb") for name in sys.argv[1:]])
"""

Edit = tuple[str, str, str]
Edited = Callable[..., set[str]]


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Edited:
    """Of TABLES, those whose version is another once texts are replaced in files of the copy: the first of each."""
    root = tmp_path_factory.mktemp("copied")
    package = root / "nba_assets"
    original = Path(nba_assets.__file__).parent
    for folder in FOLDERS:
        shutil.copytree(original / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").touch()

    def versions() -> dict[str, str]:
        environment = os.environ | {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(root / "cache")}
        command = [sys.executable, "-c", SCRIPT, *TABLES]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return dict(zip(TABLES, done.stdout.split(), strict=True))

    before = versions()

    def edited(*edits: Edit) -> set[str]:
        kept = {package / file: (package / file).read_text() for file, *_ in edits}
        try:
            for file, was, now in edits:
                text = (package / file).read_text()
                assert text.count(was) >= 1, f"{file}: no {was!r}"
                (package / file).write_text(text.replace(was, now, 1))
            return {name for name, version in versions().items() if version != before[name]}
        finally:
            for path, text in kept.items():
                path.write_text(text)

    return edited


OF_TEAMS = f"tables/analytics/{TEAMS}.py"
WORDS: dict[str, Edit] = {
    "a comment and a docstring": ("basketball/metrics.py", '"""', '# A remark.\n"""Other words. '),
    "a check": (OF_TEAMS, "checks=(", 'checks=(holds("new", lambda t: t.pace > 0, "told"),'),
    "a column's meaning": (OF_TEAMS, "possessions per 48 minutes, mean", "possessions in 48 minutes, mean"),
}


@pytest.mark.slow
def test_words_and_checks_change_nothing(edited: Edited) -> None:
    """All of them at once: each time is a process that compiles anew."""
    assert edited(*WORDS.values()) == set()


@pytest.mark.slow
def test_a_columns_type_changes_that_table(edited: Edited) -> None:
    assert edited((OF_TEAMS, 'Column("pace", "DECIMAL(5,1)"', 'Column("pace", "DECIMAL(6,1)"')) == {TEAMS}


@pytest.mark.slow
def test_a_helper_changes_exactly_the_tables_that_use_it(edited: Edited) -> None:
    assert edited(("basketball/metrics.py", "WEIGHT = 0.44", "WEIGHT = 0.45")) == {TEAMS}


def test_the_wall_and_the_cache_agree_on_what_a_table_is() -> None:
    assert FOLDERS == PURE


def test_relations_have_no_names_but_their_order() -> None:
    one = 'WITH "t3" AS (\n  SELECT "t1"."t1" FROM "raw"."games" AS "t1"\n), "games" AS (\n  SELECT 1\n)'
    one += '\nFROM "games" AS "t9"'
    other = one.replace('"games" AS (', '"schedule" AS (').replace('FROM "games"', 'FROM "schedule"')
    assert canonical(one) == canonical(other.replace('"t9"', '"t12"').replace('"t3"', '"t5"'))
    assert canonical(one) != canonical(one.replace('"raw"."games"', '"raw"."plays"'))
    assert canonical(one) != canonical(one.replace('"t1"."t1"', '"t1"."t2"')), "a column is no relation"
