"""The page of accounts and rights: of each dataset and topic that there is, and of no other."""

from __future__ import annotations

import re

from nba_assets.contracts.failures import RECORDS
from nba_assets.orchestration.events.completion import COMPLETE_TOPICS
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_SUBSCRIPTION, RAW_COMPLETE_TOPIC
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table
from nba_assets_tests.deploy.files import DEPLOY

PAGE = (DEPLOY / "google_cloud.md").read_text()


def loops(name: str) -> list[set[str]]:
    """What the page's commands do something for, loop by loop."""
    return [set(found.split()) for found in re.findall(rf"^for {name} in (.*?); do$", PAGE, re.MULTILINE)]


def test_what_is_written_and_what_is_only_read() -> None:
    written = {contract.dataset for contract in (*every_table(), RECORDS, RUN_HISTORY)}
    read = {raw.dataset for raw in RAW_TABLES} - written
    assert loops("dataset") == [written, read]


def test_every_topic_is_made_and_what_we_send_to_may_be_sent_to() -> None:
    sent = {DEAD_LETTER_TOPIC, *COMPLETE_TOPICS.values()}
    assert loops("topic") == [sent | {RAW_COMPLETE_TOPIC}, sent]
    assert f"subscriptions create {RAW_COMPLETE_SUBSCRIPTION} --topic {RAW_COMPLETE_TOPIC} " in PAGE
