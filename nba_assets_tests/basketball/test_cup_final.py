"""The Cup final is said of in the meaning of what counts it and of what does not."""

from __future__ import annotations

from nba_assets.basketball import cup_final
from nba_assets.contracts.contract import Column
from nba_assets.tables.registry import tables


def test_a_column_says_whether_it_counts_the_cup_final() -> None:
    names = ("days_rest", "season_win_pct", "team_abbr")
    said = cup_final.said_of(*[Column(name, "INT64", "what it is") for name in names])
    assert [column.meaning for column in said] == [
        "what it is; the Cup final counts",
        "what it is; the Cup final left out",
        "what it is",
    ]


def test_all_tables_that_have_such_a_column_say_it() -> None:
    """And nothing is both load and form."""
    assert not set(cup_final.LOAD) & set(cup_final.FORM)
    found = set()
    for table in tables():
        for column in table.columns if table.group != "conformed" else ():
            if column.name in (*cup_final.LOAD, *cup_final.FORM):
                ending = cup_final.COUNTED if column.name in cup_final.LOAD else cup_final.LEFT_OUT
                assert column.meaning.endswith(ending), f"{table.name}.{column.name}"
                found.add(column.name)
    assert found == {*cup_final.LOAD, *cup_final.FORM}
