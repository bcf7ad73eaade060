"""Data definition: the text of a small table's statements, and what BigQuery wants of every contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables.registry import reading_views
from nba_assets.warehouse.bigquery import ddl
from nba_assets.warehouse.bigquery.names import Names
from nba_assets_tests.warehouse.bigquery.boxes import BOXES


def test_a_table_is_made_as_its_contract_says() -> None:
    wanted = replace(BOXES, cluster_by=("id", "price"), require_partition_filter=True)

    assert ddl.create_table(wanted, "`p`.`nba_toys`.`boxes`") == (
        "CREATE TABLE IF NOT EXISTS `p`.`nba_toys`.`boxes` (\n"
        " `id` STRING OPTIONS (description = 'whose'),\n"
        " `day` DATE OPTIONS (description = 'which'),\n"
        " `price` DECIMAL(9,3) OPTIONS (description = 'what it costs (dollars)'),\n"
        " `tags` ARRAY<STRING> OPTIONS (description = 'what it\\'s called')\n"
        ")\n"
        "PARTITION BY `day`\n"
        "CLUSTER BY `id`, `price`\n"
        "OPTIONS (description = 'What is in a \"box\".\\n\\nOne a day.',"
        " labels = [('app', 'nba_assets'), ('layer', 'toys')], require_partition_filter = TRUE)"
    )


def test_every_view_is_made_over_the_tables_of_the_project() -> None:
    for view in reading_views():
        text = ddl.create_view(view, Names("p", "trial"))
        assert text.startswith(f"CREATE OR REPLACE VIEW `p`.`trial_{view.dataset}`.`{view.name}` (\n `")
        assert f"FROM `p`.`trial_{view.dated_by.dataset}`.`{view.dated_by.name}`" in text
        assert len(ddl.query_of(view)) == 16
        assert [c.name for c in view.columns if len(ddl.description(c)) > 1_024] == []


def test_a_dataset_lies_where_it_is_wanted() -> None:
    assert ddl.create_dataset("`p.nba_toys`", "EU") == (
        "CREATE SCHEMA IF NOT EXISTS `p.nba_toys`\nOPTIONS (location = 'EU', labels = [('app', 'nba_assets')])"
    )


def test_rows_are_copied_by_name_within_bounds_and_tables_swapped() -> None:
    dates = Window(date(2021, 10, 19), date(2022, 6, 16))

    copy = ddl.copy_rows(BOXES, "`p`.`d`.`boxes`", "`p`.`d`.`boxes__new`", {"day", "price"}, dates)
    swap = ddl.swap("`p`.`d`.`boxes`", "`p`.`d`.`boxes__new`", "`p`.`d`.`boxes__old`")

    assert copy.splitlines() == [
        "INSERT INTO `p`.`d`.`boxes__new` (`day`, `price`)",
        "SELECT CAST(`day` AS DATE), CAST(`price` AS DECIMAL)",
        "FROM `p`.`d`.`boxes`",
        "WHERE `day` BETWEEN DATE '2021-10-19' AND DATE '2022-06-16'",
    ]
    assert swap.splitlines() == [
        "ALTER TABLE `p`.`d`.`boxes` RENAME TO `boxes__old`;",
        "ALTER TABLE `p`.`d`.`boxes__new` RENAME TO `boxes`;",
        "DROP TABLE `p`.`d`.`boxes__old`;",
    ]


@pytest.mark.parametrize("columns", [("tags",), ("id", "day", "price", "id", "day")])
def test_what_cannot_be_clustered_by_is_told(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"nba_toys\.boxes: BigQuery cannot cluster by"):
        ddl.clustered(replace(BOXES, cluster_by=columns))


def test_every_contract_is_within_the_limits_of_bigquery() -> None:
    for contract in stored_contracts():
        text = ddl.create_table(contract, f"`{contract.full_name}`")
        assert len(text) < 512 * 1024
        assert len(contract.description) <= 16_384
        assert [c.name for c in contract.columns if len(ddl.description(c)) > 1_024] == [], contract.full_name
        assert contract.description, contract.full_name
        assert not (contract.require_partition_filter and contract.partition_by is None), contract.full_name
