"""Dagster's tags are what we take them to be."""

from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.storage import tags as dagsters
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from nba_assets.orchestration.instance import tags
from nba_assets.orchestration.run_tags import ENDED


def test_they_are_dagsters() -> None:
    assert tags.DATA_VERSION_TAG == DATA_VERSION_TAG
    for name in ("BACKFILL_ID_TAG", "GRPC_INFO_TAG", "MAX_RETRIES_TAG", "WILL_RETRY_TAG"):
        assert getattr(tags, name) == getattr(dagsters, name)


def test_a_run_that_is_not_finished_is_one_that_dagster_says_is_not() -> None:
    assert not set(ENDED) & set(NOT_FINISHED_STATUSES)
