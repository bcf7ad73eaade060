"""Names of tables on BigQuery: `dataset.table` of compiled SQL as `project.prefix_dataset.table`.

A prefix sets data sets apart that have nothing to do with one another, such as a replay's. Which tables there are is
not said here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput

_STORED = re.compile(r"(?<![.`\w])`(nba_\w+)`\.(?=`)")
"""The data set of a stored table as the compiler quotes it; its other relations are in none."""


@dataclass(frozen=True)
class Names:
    """A project and the prefix of its data sets, if any."""

    project: str
    prefix: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w*", self.prefix, re.ASCII):
            raise BadInput(f"NBA_BIGQUERY_PREFIX: {self.prefix!r} is no beginning of a data set's name")

    def dataset(self, dataset: str) -> str:
        """The data set's name within the project."""
        return f"{self.prefix}_{dataset}" if self.prefix else dataset

    def plain(self, contract: Contract) -> str:
        """A table's name as the API has it."""
        return f"{self.project}.{self.dataset(contract.dataset)}.{contract.name}"

    def quoted(self, contract: Contract) -> str:
        """A table's name as SQL has it."""
        return f"{self.quoted_dataset(contract.dataset)}.`{contract.name}`"

    def sql(self, sql: str) -> str:
        """Compiled SQL, its stored tables under their names here."""
        return _STORED.sub(lambda found: f"{self.quoted_dataset(found[1])}.", sql)

    def partitions(self, dataset: str) -> str:
        """The view of a data set's partitions, as SQL has it."""
        return f"{self.quoted_dataset(dataset)}.INFORMATION_SCHEMA.PARTITIONS"

    def quoted_dataset(self, dataset: str) -> str:
        """A data set's name as SQL has it; without a project it is of the one that is asked."""
        return f"`{self.project}`.`{self.dataset(dataset)}`" if self.project else f"`{self.dataset(dataset)}`"
