"""BigQuery without BigQuery: would it accept this SQL, with which columns, and what would it answer.

`BigQuery` is a catalog of contracts, asked by Google's own analyser and reference evaluator. Neither is the
service: quotas, cost, pruning, partitions and MERGE are unknown to both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from zetasql.core.exceptions import ServerError
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto.options_pb2 import AnalyzerOptionsProto, LanguageOptionsProto
from zetasql.wasi._pb2.zetasql.proto.simple_catalog_pb2 import SimpleCatalogProto
from zetasql.wasi._pb2.zetasql.public import options_pb2
from zetasql.wasi._pb2.zetasql.public.parse_resume_location_pb2 import ParseResumeLocationProto
from zetasql.wasi._pb2.zetasql.resolved_ast.resolved_ast_enums_pb2 import ResolvedCreateStatementEnums

from nba_assets.compile.steps import LAST
from nba_assets.contracts.contract import Contract
from nba_assets_tests.bigquery.values import bigquery_type, from_proto, to_proto, type_name, type_proto
from nba_assets_tests.bigquery.wasm import call, registered

Row = Mapping[str, Any]
Columns = list[tuple[str, str]]
"""Names and types."""
Steps = Sequence[tuple[str, str]]
"""Queries with their names, as they are compiled."""

_NOT_IN_BIGQUERY = (
    "ARRAY_AGGREGATION_FUNCTIONS",
    "ARRAY_FIND_FUNCTIONS",
    "ARRAY_GREATEST_LEAST",
    "ARRAY_ZIP",
    "BARE_ARRAY_ACCESS",
    "FIRST_AND_LAST_N",
    "INLINE_LAMBDA_ARGUMENT",
    "LIMIT_OFFSET_EXPRESSIONS",
    "MAP_TYPE",
    "MULTIWAY_UNNEST",
    "NULLIFZERO_ZEROIFNULL",
    "PI_FUNCTIONS",
    "RADIANS_DEGREES_FUNCTIONS",
    "TIMESTAMP_NANOS",
    "TIMESTAMP_PICOS",
)
"""What the open-source language has and BigQuery's manual does not."""


class RefusedError(AssertionError):
    """BigQuery's analyser or evaluator said no; the message is its own, with the place in the SQL."""


@dataclass(frozen=True)
class Answer:
    """A query's columns, as (name, type), and its rows."""

    columns: list[tuple[str, str]]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class BigQuery:
    """The tables that a query may name: of contracts, and the temporary ones of its script, with what they hold."""

    contracts: tuple[Contract, ...]
    temporary: tuple[tuple[str, Answer], ...] = ()
    project: str = ""
    """The project whose datasets they are; without one, names begin with the dataset."""
    prefix: str = ""
    """What the names of its datasets begin with."""

    @classmethod
    def of(cls, contracts: Iterable[Contract], project: str = "", prefix: str = "") -> BigQuery:
        known = tuple(sorted(set(contracts), key=lambda contract: contract.full_name))
        return cls(known, project=project, prefix=prefix)

    def analyse(self, sql: str) -> list[tuple[str, str]]:
        """The names and types of the query's columns. Raises `RefusedError`."""
        return _columns(self._analysed(sql)[0].resolved_query_stmt_node)

    def analyse_steps(self, steps: Steps) -> list[tuple[str, str]]:
        """The same of the last of some steps, each other one a temporary table from then on."""
        first, *others = steps
        columns = self.analyse(first[1])
        return self._with(first[0], Answer(columns, [])).analyse_steps(others) if others else columns

    def analyse_script(self, script: str) -> dict[str, Columns]:
        """The columns of each temporary table of a script, and under no name those of its query, if it has one.

        Each statement is analysed, with the temporary tables that those before it have made. Raises `RefusedError`.
        """
        known, found, place = self, dict[str, Columns](), 0
        script = _DOTTED.sub(_apart, script)
        text = script.encode()
        while text[place:].strip():
            statement, place = known._analysed(script, place)
            made = statement.resolved_create_statement_node.resolved_create_table_stmt_base_node
            told = made.resolved_create_table_as_select_stmt_node
            if told.parent.parent.create_scope == ResolvedCreateStatementEnums.CREATE_TEMP:
                (name,) = told.parent.parent.name_path
                found[name] = _columns(told)
                known = known._with(name, Answer(found[name], []))
            elif statement.HasField("resolved_query_stmt_node"):
                found[LAST] = _columns(statement.resolved_query_stmt_node)
        return found

    def _analysed(self, script: str, place: int = 0) -> tuple[Any, int]:
        """What the analyser makes of the statement at a place, in bytes, and where it ends. Raises `RefusedError`."""
        at = ParseResumeLocationProto(input=script, byte_position=place, allow_resume=True)
        number = registered(self._whole)
        request = service.AnalyzeRequest(parse_resume_location=at, options=_options(), registered_catalog_id=number)
        answer = _ask("Analyze", request, service.AnalyzeResponse, script)
        return answer.resolved_statement, answer.resume_byte_position

    @cached_property
    def _whole(self) -> SimpleCatalogProto:
        return self._catalog()

    def evaluate_steps(self, steps: Steps, tables: Mapping[Contract, Sequence[Row]]) -> Answer:
        """The answer of the last of some steps, each other one a temporary table from then on."""
        first, *others = steps
        answer = self.evaluate(first[1], tables)
        return self._with(first[0], answer).evaluate_steps(others, tables) if others else answer

    def _with(self, name: str, answer: Answer) -> BigQuery:
        return replace(self, temporary=(*self.temporary, (name, answer)))

    def evaluate(self, sql: str, tables: Mapping[Contract, Sequence[Row]]) -> Answer:
        """The query's answer over `tables`; a table without rows is empty, a row without a column has NULL there."""
        # The evaluator finds contents only for tables of the root catalog, so datasets become part of the name.
        flat = _TABLE_NAME.sub(lambda found: self._flattened(found.group(0), found.group(1, 2)), sql)
        named = self._named_in(sql)
        request = service.EvaluateQueryRequest(sql=flat, options=_options(), simple_catalog=named._catalog(flat=True))
        contents = [(_flat(c), bigquery_columns(c), tables.get(c, ())) for c in named.contracts]
        for name, columns, rows in [*contents, *((name, of.columns, of.rows) for name, of in named.temporary)]:
            content = request.table_content[name].table_data
            content.SetInParent()  # an empty table has contents too
            for row in rows:
                content.row.add(cell=[to_proto(row.get(column), type_) for column, type_ in columns])
        response = _ask("EvaluateQuery", request, service.EvaluateQueryResponse)
        columns = [(column.name, type_name(column.type)) for column in response.prepared.columns]
        rows = [
            {name: from_proto(cell, type_) for cell, (name, type_) in zip(row.cell, columns, strict=True)}
            for row in response.content.table_data.row
        ]
        return Answer(columns, rows)

    def _named_in(self, sql: str) -> BigQuery:
        """With those tables alone that the query names: to hand over all for each step takes longer than to answer."""
        words = set(re.findall(r"\w+", sql))
        return replace(
            self,
            contracts=tuple(contract for contract in self.contracts if contract.name in words),
            temporary=tuple((name, answer) for name, answer in self.temporary if name in words),
        )

    def _flattened(self, text: str, name: tuple[str, str]) -> str:
        known = next((c for c in self.contracts if (c.dataset, c.name) == name), None)
        return f"`{_flat(known)}`" if known else text

    def _catalog(self, *, flat: bool = False) -> SimpleCatalogProto:
        catalog = SimpleCatalogProto(name="bigquery")
        catalog.builtin_function_options.language_options.CopyFrom(_language())
        place = catalog.catalog.add(name=self.project) if self.project else catalog
        datasets = {name: place.catalog.add(name=self.prefix + name) for name in {c.dataset for c in self.contracts}}
        for dataset in datasets.values():
            partitions = dataset.catalog.add(name="INFORMATION_SCHEMA").table.add(name="PARTITIONS")
            for name, type_ in _OF_PARTITIONS.items():
                partitions.column.add(name=name, type=type_proto(type_))
        for contract in self.contracts:
            root = catalog if flat else datasets[contract.dataset]
            table = root.table.add(name=_flat(contract) if flat else contract.name)
            for name, type_ in bigquery_columns(contract):
                table.column.add(name=name, type=type_proto(type_))
        for temporary, answer in self.temporary:
            table = catalog.table.add(name=temporary)
            for name, type_ in answer.columns:
                table.column.add(name=name, type=type_proto(type_))
        return catalog


def bigquery_columns(contract: Contract) -> list[tuple[str, str]]:
    """What a query that makes the contract's rows must answer with."""
    return [(column.name, bigquery_type(column.type)) for column in contract.columns]


_OF_PARTITIONS = {
    "table_catalog": "STRING",
    "table_schema": "STRING",
    "table_name": "STRING",
    "partition_id": "STRING",
    "total_rows": "INT64",
    "total_logical_bytes": "INT64",
    "total_billable_bytes": "INT64",
    "last_modified_time": "TIMESTAMP",
    "storage_tier": "STRING",
}
"""The columns of the view of a data set's partitions."""

_DOTTED = re.compile(r"`([\w-]+(?:\.[\w-]+)+)`")
"""A path in one pair of quotes, which BigQuery takes apart by itself."""


def _apart(path: re.Match[str]) -> str:
    return ".".join(f"`{name}`" for name in path[1].split("."))


def _columns(answered: Any) -> Columns:
    """What a statement of the analyser's that answers with rows calls them."""
    return [(column.name, type_name(column.column.type)) for column in answered.output_column_list]


_TABLE_NAME = re.compile(r"`(\w+)`\.`(\w+)`")


def _flat(contract: Contract) -> str:
    return f"{contract.dataset}__{contract.name}"


@cache
def _language() -> LanguageOptionsProto:
    """BigQuery's dialect: the external product with all released features, less those it does not have."""
    everything = service.LanguageOptionsRequest(maximum_features=True)
    language = call("GetLanguageOptions", everything, LanguageOptionsProto)
    absent = {getattr(options_pb2, f"FEATURE_{name}") for name in _NOT_IN_BIGQUERY}
    features = [feature for feature in language.enabled_language_features if feature not in absent]
    language.ClearField("enabled_language_features")
    language.enabled_language_features.extend(features)
    language.product_mode = options_pb2.PRODUCT_EXTERNAL
    language.ClearField("supported_statement_kinds")  # all of them: DDL and DML too
    return language


@cache
def _options() -> AnalyzerOptionsProto:
    return AnalyzerOptionsProto(
        language_options=_language(),
        default_timezone="UTC",  # BigQuery's; the evaluator's own is Los Angeles
        error_message_mode=options_pb2.ERROR_MESSAGE_MULTI_LINE_WITH_CARET,
    )


def _ask(method: str, request: Any, response_type: type[Any], sql: str = "") -> Any:
    try:
        return call(method, request, response_type)
    except ServerError as error:
        # The package's own message stops at the first line; the place in the SQL is on the next ones.
        raise RefusedError(f"{error.raw_error.partition('Message: ')[2]}\n\n{_numbered(sql or request.sql)}") from None


def _numbered(sql: str) -> str:
    return "\n".join(f"{n:4} {line}" for n, line in enumerate(sql.splitlines(), 1))
