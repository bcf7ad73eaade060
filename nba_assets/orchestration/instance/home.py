"""Files of our plug-ins for Dagster's instance: under DAGSTER_HOME, where Dagster's own keep theirs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import dagster as dg
from dagster._serdes import ConfigurableClass, ConfigurableClassData


class AtHome(ConfigurableClass):
    """Configured in `dagster.yaml` by a `base_dir`, which is `FOLDER` of DAGSTER_HOME if it is not given."""

    FOLDER: ClassVar[str]
    SETTING: ClassVar[str]
    """The part's name in `dagster.yaml`."""

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {"base_dir": dg.Field(dg.StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        home = os.environ.get("DAGSTER_HOME", "")
        if not (home or config_value.get("base_dir")):
            raise dg.DagsterInvariantViolationError(f"{cls.SETTING}: set DAGSTER_HOME, or base_dir in dagster.yaml")
        folder = config_value.get("base_dir") or os.path.join(home, cls.FOLDER)
        return cls(base_dir=folder, inst_data=inst_data)  # type: ignore[call-arg]  # as all that are kept there take
