"""What the tests of alerts stand on: a webhook that is really listened to, and a sensor ticked by hand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pyarrow as pa

from nba_assets.contracts.table import Table
from nba_assets.orchestration.alerts.sensors import alert_sensors
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.warehouse.inputs import Content, Inputs
from nba_assets.warehouse.lake import Lake


@dataclass
class Webhook:
    """A server on this machine that keeps the texts it was sent, and answers with `status`."""

    port: int
    status: int = 200
    texts: list[str] = field(default_factory=list)
    followed: int = 0

    @contextmanager
    def up(self) -> Iterator[None]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/json"
                if webhook.status == 200:
                    webhook.texts.append(json.loads(body)["text"])
                self.send_response(webhook.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def do_GET(self) -> None:  # what a redirected POST becomes
                webhook.followed += 1
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", self.port), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass
class Watch:
    """A sensor that is ticked by hand, with the cursor kept as the daemon keeps it, on a clock that a test sets."""

    name: str
    instance: dg.DagsterInstance
    warehouse: WarehouseResource
    now: float = field(default_factory=time.time)
    cursor: str | None = None

    def __post_init__(self) -> None:
        self.sensor = next(s for s in alert_sensors(lambda: self.now) if s.name == self.name)

    def tick(self) -> None:
        with dg.build_sensor_context(self.instance, self.cursor, resources={"warehouse": self.warehouse}) as context:
            result = self.sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor


def put_there(lake: Lake, instance: dg.DagsterInstance, found: Sequence[Table], day: date) -> None:
    """A row of each table that holds nothing, made of what is there of its inputs."""
    for table in found:
        schema = table.schema().to_pyarrow()
        read = Inputs(table, lambda source: Content(lake.contents(source))).read_on(day)
        rows = pa.table([pa.nulls(1, field.type) for field in schema], schema=schema)
        lake.replace(table, [(day, rows)], read={day: read})
        instance.report_runless_asset_event(dg.AssetMaterialization(asset_key(table), partition=day.isoformat()))
