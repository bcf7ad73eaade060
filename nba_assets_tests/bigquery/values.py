"""Python values to and from ZetaSQL's protobuf values, and the names of its types.

For the types that contracts use, and no others.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from zetasql.wasi._pb2.zetasql.public import type_pb2
from zetasql.wasi._pb2.zetasql.public.type_pb2 import ArrayTypeProto, TypeProto
from zetasql.wasi._pb2.zetasql.public.value_pb2 import ValueProto

_KINDS = {
    "INT64": type_pb2.TYPE_INT64,
    "STRING": type_pb2.TYPE_STRING,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "BOOL": type_pb2.TYPE_BOOL,
    "DATE": type_pb2.TYPE_DATE,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
    "NUMERIC": type_pb2.TYPE_NUMERIC,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_FIELDS = {"INT64": "int64_value", "STRING": "string_value", "FLOAT64": "double_value", "BOOL": "bool_value"}

_EPOCH = date(1970, 1, 1)
_NUMERIC_UNIT = 10**9
"""A NUMERIC is a whole number of these, as little-endian two's complement bytes."""


def bigquery_type(contract_type: str) -> str:
    """A contract's type as BigQuery reports it: a DECIMAL is a NUMERIC, its precision belongs to the column."""
    return "NUMERIC" if contract_type.startswith("DECIMAL(") else contract_type


def type_proto(name: str) -> TypeProto:
    if name.startswith("ARRAY<"):
        element = type_proto(name[len("ARRAY<") : -1])
        return TypeProto(type_kind=type_pb2.TYPE_ARRAY, array_type=ArrayTypeProto(element_type=element))
    return TypeProto(type_kind=_KINDS[name])


def type_name(proto: TypeProto) -> str:
    if proto.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_name(proto.array_type.element_type)}>"
    return _NAMES.get(proto.type_kind) or type_pb2.TypeKind.Name(proto.type_kind).removeprefix("TYPE_")


def to_proto(value: Any, type_: str) -> ValueProto:
    proto = ValueProto()
    if value is None:
        return proto
    if type_.startswith("ARRAY<"):
        elements = [to_proto(element, type_[len("ARRAY<") : -1]) for element in value]
        proto.array_value.CopyFrom(ValueProto.Array(element=elements))
    elif type_ == "DATE":
        proto.date_value = (value - _EPOCH).days
    elif type_ == "TIMESTAMP":
        proto.timestamp_value.FromDatetime(value)
    elif type_ == "NUMERIC":
        units = int(Decimal(value) * _NUMERIC_UNIT)
        proto.numeric_value = units.to_bytes(units.bit_length() // 8 + 1, "little", signed=True)
    else:
        setattr(proto, _FIELDS[type_], value)
    return proto


def from_proto(proto: ValueProto, type_: str) -> Any:
    """The value as BigQuery would store it: a NULL array is stored as an empty one, a NULL in an array is refused."""
    is_null = proto.WhichOneof("value") is None
    if type_.startswith("ARRAY<"):
        elements = [from_proto(element, type_[len("ARRAY<") : -1]) for element in proto.array_value.element]
        if None in elements:
            raise ValueError(f"BigQuery cannot return an array with a NULL element: {elements}")
        return elements
    if is_null:
        return None
    if type_ == "DATE":
        return _EPOCH + timedelta(days=proto.date_value)
    if type_ == "TIMESTAMP":
        return proto.timestamp_value.ToDatetime(tzinfo=UTC)
    if type_ == "NUMERIC":
        return Decimal(int.from_bytes(proto.numeric_value, "little", signed=True)) / _NUMERIC_UNIT
    return getattr(proto, _FIELDS[type_])
