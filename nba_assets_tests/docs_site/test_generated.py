"""The pages made from code say what the code says today: `make docs`, or `UPDATE_SNAPSHOTS=1`, writes them anew."""

from __future__ import annotations

import os

from docs_site import generated
from docs_site.table_pages import page, prose
from nba_assets.contracts.contract import Column, RawTable


def test_the_pages_are_current() -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        generated.write()
    stale = [path for path, text in generated.pages().items() if (generated.DOCS / path).read_text() != text]
    assert not stale, "run `make docs`"


def test_a_contracts_text_is_text() -> None:
    told = page(
        RawTable(
            dataset="nba_raw",
            name="made_up",
            description="Rows of <script>alert(1)</script> and `<code>`.",
            partition_by=None,
            key=("a",),
            need="optional",
            feeds=(),
            columns=(Column("a", "STRING", "over | under, [x](y), 2 * 3"),),
        )
    )
    assert "<script>" not in told
    assert "`<code>`" in told
    assert r"over \| under, \[x](y), 2 \* 3" in told


def test_code_stays_code() -> None:
    assert prose("`a_b*c` is * of <b>") == r"`a_b*c` is \* of &lt;b>"
