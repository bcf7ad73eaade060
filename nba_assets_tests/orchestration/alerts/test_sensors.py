"""Alerts reach people: one message an incident, repeats held for an hour, none lost while the webhook is down."""

import json
import logging
import socket
import time
from datetime import date

import dagster as dg
import pytest

from nba_assets.audit.game_days import Calendar
from nba_assets.audit.never_built import require_inputs
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.orchestration.alerts.outbox import HOLD_SECONDS, WEBHOOK, Alert, Outbox
from nba_assets.orchestration.alerts.sensors import _build_again
from nba_assets.orchestration.jobs import ALL_TABLES
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slates import summaries
from nba_assets.tables.registry import every_table, tables
from nba_assets_tests.orchestration.watched import Watch, Webhook


@pytest.fixture
def failures(instance: dg.DagsterInstance, warehouse: WarehouseResource) -> Watch:
    watch = Watch("run_failures", instance, warehouse)
    watch.tick()
    return watch


@pytest.fixture
def checks(instance: dg.DagsterInstance, warehouse: WarehouseResource) -> Watch:
    watch = Watch("broken_checks", instance, warehouse)
    watch.tick()
    return watch


# Runs that go wrong: two tables that fail and one that waits for them, under the names of real ones.

DEFENSE, OFFENSE, PLAYERS = summaries()
RULES = {"key_is_unique": "ERROR", "sums_agree": "ERROR", "thin_sample": "WARN"}


def run(instance: dg.DagsterInstance, error: str = "", broken: bool = False, **tags: str) -> dg.DagsterRun:
    """The tables' job over one day: with `error` both team summaries fail, with `broken` the players' checks do."""
    key = asset_key(PLAYERS)

    def failing(table: Table) -> dg.AssetsDefinition:
        @dg.multi_asset(name=table.name, specs=[dg.AssetSpec(asset_key(table), partitions_def=DAILY)])
        def step() -> None:
            if error:
                raise OSError(f"{error}\nand a second line")

        return step

    @dg.multi_asset(
        name=PLAYERS.name,
        specs=[dg.AssetSpec(key, partitions_def=DAILY, deps=[asset_key(OFFENSE)])],
        check_specs=[dg.AssetCheckSpec(name, asset=key) for name in RULES],
    )
    def players(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        found = {name: dg.AssetCheckSeverity[severity] for name, severity in RULES.items()}
        for name, severity in found.items() if broken else ():
            day = {"broken_rows": 3}
            context.log_event(
                dg.AssetCheckEvaluation(key, name, False, day, severity=severity, partition=context.partition_key)
            )
        return dg.MaterializeResult(
            check_results=[
                dg.AssetCheckResult(check_name=name, passed=not broken, severity=severity)
                for name, severity in found.items()
            ]
        )

    definitions = dg.Definitions(
        [failing(OFFENSE), failing(DEFENSE), players],
        jobs=[dg.define_asset_job(ALL_TABLES)],
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_job_def(ALL_TABLES)
    tags = {"dagster/partition": "2021-11-15", **{name.replace("__", "/"): value for name, value in tags.items()}}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(quiet, instance=instance, tags=tags, raise_on_error=False).dagster_run


def test_a_failed_run_is_one_message(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line says what to do, the last one leads to the run."""
    monkeypatch.setenv("NBA_UI_URL", "https://dagster.example.com/")
    with webhook.up():
        failed = run(instance, "no connection to 10.0.0.1")
        failures.tick()
        failures.tick()

    assert len(webhook.texts) == 1
    first, error, waits, run_line, link = webhook.texts[0].splitlines()
    failing = "team_defense_game_summary,team_offense_game_summary"
    command = f"nba backfill --start 2021-11-15 --end 2021-11-15 --tables {failing},player_game_summary"
    told = f"run failed: {failing.replace(',', ', ')}, 2021-11-15"
    assert first == f":x: Mend the cause, then `{command}`: {told}"
    assert link == f"https://dagster.example.com/runs/{failed.run_id}"
    assert error == "OSError: no connection to 10.0.0.1"
    assert waits == "not built: player_game_summary"
    assert failed.run_id in run_line


EVERY = [table.name for table in every_table()]
NIGHT, TOLD = "--start 2021-11-15 --end 2021-11-15", "Mend the cause, then `nba {}`"


@pytest.mark.parametrize(
    ("names", "command"),
    [
        ([PLAYERS.name], f"backfill {NIGHT} --tables {PLAYERS.name}"),
        ([table.name for table in tables()], f"backfill {NIGHT}"),
        (
            [table.name for table in every_table()],
            f"backfill {NIGHT} --tables {','.join(t.name for t in every_table())}",
        ),
        (["player_points_models"], f"train {NIGHT}"),
    ],
    ids=["one", "all that are built by default", "predictions among them", "models"],
)
def test_the_command_that_a_person_is_told_builds_all_that_failed(names: list[str], command: str) -> None:
    failed = dg.DagsterRun("all_tables", run_id="x", tags={"dagster/partition": "2021-11-15"})
    assert _build_again(failed, names) == TOLD.format(command)


def test_of_an_input_that_was_never_built_the_command_builds_that_too(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    """The same again would fail the same way."""
    table = next(table for table in tables() if table.name == "player_composite_factors")
    with pytest.raises(BadInput) as raised:
        require_inputs(table, [date(2021, 11, 15)], lambda source: (), Calendar(frozenset({date(2021, 11, 15)})))
    with webhook.up():
        failed = run(instance, str(raised.value))
        failures.tick()
    failing = "team_defense_game_summary,team_offense_game_summary,player_game_summary"
    command = f"nba backfill --start 2021-11-15 --end 2021-11-15 --tables {failing} --upstream"
    assert webhook.texts[0].startswith(f":x: Run `{command}`: run failed: ")
    assert failed.run_id in webhook.texts[0]


def test_a_run_that_goes_well_or_will_be_tried_again_is_none(
    failures: Watch, checks: Watch, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    with webhook.up():
        run(instance)
        run(instance, "a lost worker", dagster__will_retry="true")
        failures.tick()
        checks.tick()
        assert webhook.texts == []
        run(instance, "a lost worker, again", dagster__will_retry="false")
        failures.tick()
    assert len(webhook.texts) == 1


def test_what_failed_before_the_sensor_was_there_is_no_news(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, webhook: Webhook
) -> None:
    with webhook.up():
        run(instance, "long ago")
        watch = Watch("run_failures", instance, warehouse)
        watch.tick()
        watch.tick()
        assert webhook.texts == []
        run(instance, "just now")
        watch.tick()
    assert len(webhook.texts) == 1


def test_a_run_of_somebody_elses_job_is_not_ours(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    @dg.op
    def fail() -> None:
        raise ValueError("not ours")

    @dg.job
    def other() -> None:
        fail()

    with webhook.up():
        other.execute_in_process(instance=instance, raise_on_error=False)
        run(instance, "ours")
        failures.tick()
    assert ["not ours" in text for text in webhook.texts] == [False]


@pytest.mark.slow
def test_repeats_are_held_for_an_hour_and_then_one_message_with_the_count(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    """Another run, another date, another address: still the same trouble. Another error is another."""
    with webhook.up():
        run(instance, "no connection to 10.0.0.1")
        failures.tick()
        started = failures.now
        for minutes in (10, 20, 59):
            failures.now = started + minutes * 60
            run(instance, f"no connection to 10.0.0.{minutes}", dagster__partition=f"2021-11-{minutes % 28 + 1:02}")
            failures.tick()
        assert len(webhook.texts) == 1
        run(instance, "disk full")
        failures.tick()
        assert len(webhook.texts) == 2

        failures.now = started + HOLD_SECONDS
        failures.tick()
        assert len(webhook.texts) == 3
        assert "10.0.0.59" in webhook.texts[2]
        assert "(3 times more in the last hour; this is the latest)" in webhook.texts[2]

        for hours in (2, 3):  # quiet since: nothing to send, then nothing to remember
            failures.now = started + hours * HOLD_SECONDS
            failures.tick()
        assert json.loads(str(failures.cursor))["outbox"]["held"] == {}
        run(instance, "no connection to 10.0.0.1")
        failures.tick()
    assert len(webhook.texts) == 4


def test_a_clock_that_is_set_back_holds_no_alert_up(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a repeat, nor a failure of which Dagster does not say whether it is tried again."""
    monkeypatch.setattr(type(instance), "run_retries_enabled", property(lambda _: True))
    right = failures.now
    with webhook.up():
        run(instance, "disk full")
        failures.now = right + 24 * HOLD_SECONDS
        failures.tick()
        assert len(webhook.texts) == 1
        run(instance, "disk full")
        failures.now = right - HOLD_SECONDS
        failures.tick()
    assert len(webhook.texts) == 2


@pytest.mark.parametrize("how", ["refused", 500, 404])
@pytest.mark.slow
def test_a_webhook_that_is_down_loses_nothing(
    how: str | int, failures: Watch, webhook: Webhook, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    run(instance, "first")
    run(instance, "second")
    if how == "refused":
        failures.tick()
    else:
        webhook.status = int(how)
        with webhook.up():
            failures.tick()
    assert "will be tried again" in caplog.text
    assert "services/T0" not in caplog.text, "the address is a secret"

    run(instance, "third")
    webhook.status = 200
    with webhook.up():
        failures.tick()
        failures.tick()
    assert [text.splitlines()[1] for text in webhook.texts] == ["OSError: first", "OSError: second", "OSError: third"]


def test_a_webhook_that_never_answers_does_not_hold_the_tick(
    failures: Watch, webhook: Webhook, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nba_assets.orchestration.alerts.outbox.SEND_SECONDS", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", webhook.port))
        deaf.listen()
        run(instance, "first")
        run(instance, "second")
        started = time.monotonic()
        failures.tick()
    assert time.monotonic() - started < 5
    assert len(json.loads(str(failures.cursor))["outbox"]["waiting"]) == 2


def test_an_address_that_is_none_is_told_and_keeps_the_alert(
    failures: Watch, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(WEBHOOK, "http://127.0.0.1:CANARY/services/CANARY")
    run_id = run(instance, "first").run_id
    failures.tick()
    assert "NBA_ALERT_WEBHOOK is no http address" in caplog.text
    assert "CANARY" not in caplog.text + str(failures.cursor) + str(instance.all_logs(run_id)), "it is a secret"
    assert len(json.loads(str(failures.cursor))["outbox"]["waiting"]) == 1


def test_without_a_webhook_the_log_has_it(
    failures: Watch, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(WEBHOOK, raising=False)
    run(instance, "no space left")
    with caplog.at_level(logging.WARNING):
        failures.tick()
    assert "OSError: no space left" in caplog.text
    assert json.loads(str(failures.cursor))["outbox"]["waiting"] == []


def test_all_broken_checks_of_a_run_are_one_message(
    checks: Watch, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    with webhook.up():
        wrong = run(instance, broken=True)
        checks.tick()
        checks.tick()

    assert len(webhook.texts) == 1
    first, *broken, last = webhook.texts[0].splitlines()
    rows = "Look at the rows of player_game_summary before they are used"
    assert first == f":warning: {rows}: 2 checks broken, 2021-11-15"
    assert broken == [
        "player_game_summary: key_is_unique, 3 rows, 2021-11-15",
        "player_game_summary: sums_agree, 3 rows, 2021-11-15",
    ], "a warning is none"
    assert wrong.run_id in last


# The outbox by itself.


def test_the_same_trouble_has_the_same_key_whatever_its_numbers() -> None:
    def key(stem: str, *tables: str) -> str:
        return Alert("run failed", tables, stem, stem).key

    assert key("run 3f2a91bc-0d1e-4f6a on 2021-11-15", "a", "b") == key(
        "run 99ffee00-aaaa-bbbb on 2022-01-02", "b", "a"
    )
    assert key("disk full", "a") != key("disk full", "b")
    assert key("disk full", "a") != key("disk gone", "a")


def test_an_outbox_survives_its_cursor_and_a_text_without_end() -> None:
    outbox = Outbox()
    outbox.report(Alert("k", ["t"], "s", "x" * 100_000), now=0)
    outbox.report(Alert("k", ["t"], "s", "again"), now=1)
    again = Outbox.from_state(json.loads(json.dumps(outbox.state())))
    assert again == outbox
    assert len(again.waiting[0]) == 3000
    sent: list[str] = []
    again.release(now=HOLD_SECONDS)
    again.deliver(sent.append)
    assert [text.splitlines()[-1][:20] for text in sent] == ["x" * 20, "(once more in the la"]
