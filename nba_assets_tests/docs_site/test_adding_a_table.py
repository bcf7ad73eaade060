"""The worked example of the page on adding a table: its table is one, and its tests pass."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from docs_site.generated import DOCS
from nba_assets.compile.statements import statements
from nba_assets.contracts.table import Table
from nba_assets.orchestration import slates
from nba_assets.tables.registry import tables

MODULE = "nba_assets.tables.analytics.team_bench_points"


def block(title: str) -> str:
    page = (DOCS / "adding_a_table.md").read_text()
    (code,) = re.findall(rf'^```python title="{title}"\n(.*?)^```', page, re.MULTILINE | re.DOTALL)
    return code


@pytest.fixture(scope="module")
def made() -> Iterator[Table]:
    module = sys.modules[MODULE] = ModuleType(MODULE)
    exec(compile(block("the table"), MODULE, "exec"), vars(module))
    yield module.team_bench_points
    del sys.modules[MODULE]


def test_its_description_is_the_pages(made: Table) -> None:
    assert made.description.startswith("What each team's starters and bench scored")
    assert (made.group, made.full_name) == ("analytics", "nba_analytics.team_bench_points")


def test_it_compiles_for_both_engines(made: Table) -> None:
    for dialect in ("duckdb", "bigquery"):
        found = statements(made, dialect).sources["bench_points"]
        assert [column for _, _, column in found] == ["points", "starter_flag"]


def test_no_slate_waits_for_it(made: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its games have to be played: a job that builds tonight's slate would fail for it."""
    found = (*tables(), made)
    groups = (slates.summaries, slates.slate_tables)
    with monkeypatch.context() as patched:
        patched.setattr(slates, "tables", lambda: found)
        for group in groups:
            group.cache_clear()
        results, slate = (group() for group in groups)
    for group in groups:
        group.cache_clear()
    assert {table.name for table in results} - {table.name for table in slates.summaries()} == {made.name}
    assert slate == slates.slate_tables()


def test_its_tests_pass(made: Table) -> None:
    names: dict[str, Any] = {}
    exec(compile(block("its test"), "adding_a_table.md", "exec"), names)
    assert names["team_bench_points"] is made
    tests = [test for name, test in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()
