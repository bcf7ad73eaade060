"""Google's SQL analyser and reference evaluator, started in this process from WebAssembly.

Only the start and the call are here; what is asked of it is `analyser.py`. Compiling the module takes 14 to 26
seconds and 1 GB, so the compiled code is kept on disk; with it a start takes 0.1 to 0.6 seconds.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import wasmtime
from google.protobuf.empty_pb2 import Empty
from zetasql.core import wasm_client
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto.simple_catalog_pb2 import SimpleCatalogProto


class _CompiledOnce:
    """Stands in for `wasmtime.Module`: the same module, read from the cache where it was compiled before."""

    @staticmethod
    def from_file(engine: wasmtime.Engine, path: str) -> wasmtime.Module:
        kept = cache_file()
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            # One compiles and the other test workers wait: two at once would take 2 GB and no less time.
            with kept.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return _read(engine, kept) or _compile_and_keep(engine, path, kept)
        except OSError:  # nowhere to keep it
            return wasmtime.Module.from_file(engine, path)


def cache_file() -> Path:
    """Where the compiled code is kept; native code of one version of the compiler for one kind of machine."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = f"zetasql-{version('zetasql')}-wasmtime-{version('wasmtime')}-{platform.system()}-{platform.machine()}"
    return root / "nba_assets" / f"{key}.cwasm"


def _read(engine: wasmtime.Engine, kept: Path) -> wasmtime.Module | None:
    if not kept.exists():
        return None
    try:
        return wasmtime.Module.deserialize_file(engine, str(kept))
    except wasmtime.WasmtimeError:  # compiled with other settings, or for another processor
        return None


def _compile_and_keep(engine: wasmtime.Engine, path: str, kept: Path) -> wasmtime.Module:
    module = wasmtime.Module.from_file(engine, path)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as beside:
        beside.write(module.serialize())
    os.replace(beside.name, kept)
    return module


class _Client(wasm_client.WasmClient):
    """The package's client, copying memory in blocks: byte by byte in Python, a long query takes seconds."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.catalogs: dict[bytes, int] = {}

    def write_bytes(self, ptr: int, data: bytes) -> None:
        ctypes.memmove(self._address() + ptr, data, len(data))

    def read_bytes(self, ptr: int, size: int) -> bytes:
        return ctypes.string_at(self._address() + ptr, size)

    def _address(self) -> int:
        return ctypes.addressof(self.memory.data_ptr().contents)


@cache
def _client() -> _Client:
    with patch.object(wasm_client, "Module", _CompiledOnce):
        return _Client(str(get_wasm_path()))


def call(method: str, request: Any, response_type: type[Any]) -> Any:
    """One call of ZetaSQL's local service: protobuf in, protobuf out. Raises `zetasql.core.ServerError`."""
    try:
        return _client().call_grpc_func(f"ZetaSqlLocalService_{method}", request, response_type)
    except (wasmtime.Trap, wasmtime.WasmtimeError):
        _client.cache_clear()  # out of stack or memory: that instance is broken, the next call starts another
        raise


MOST_CATALOGS = 16
"""That the service keeps, some MB each."""


def registered(catalog: SimpleCatalogProto) -> int:
    """The number under which the service knows a catalog from now on: to be given one with each statement, and make all
    functions of the language for it, takes it ten times as long as to analyse a short one."""
    known, given = _client().catalogs, catalog.SerializeToString(deterministic=True)
    number = known.pop(given, None)
    if number is None:
        request = service.RegisterCatalogRequest(simple_catalog=catalog)
        number = call("RegisterCatalog", request, service.RegisterResponse).registered_id
    known[given] = number  # as the one that was asked for last
    if len(known) > MOST_CATALOGS:
        call("UnregisterCatalog", service.UnregisterRequest(registered_id=known.pop(next(iter(known)))), Empty)
    return number
