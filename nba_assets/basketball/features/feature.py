"""A feature as data: its name, where its value comes from, best first, and what stands for none; versions of them.

How a value is labelled by its source, and what a list of labels is worth. Which features a version has stands in the
module of that version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

PHASE4, PHASE3, CALCULATED, DEFAULT = "phase4", "phase3", "calculated", "default"

WEIGHTS = {PHASE4: 100, CALCULATED: 100, PHASE3: 75, DEFAULT: 40}
"""What a feature of each source is worth in `feature_quality_score`."""


@dataclass(frozen=True)
class Feature:
    """One feature: where its value comes from, best first, as (source, value); and what stands for none of them.

    A value that is looked up and yet says nothing of him is a source `default`.
    """

    name: str
    default: float
    unit: str
    meaning: str
    sources: tuple[tuple[str, Callable[[ir.Table], ir.Value]], ...]

    def value(self, rows: ir.Table) -> ir.FloatingValue:
        values = [value(rows).cast("float64") for _, value in self.sources]
        return ibis.coalesce(*values, float(self.default))

    def source(self, rows: ir.Table) -> ir.StringValue:
        """The label of where its value is from; of a default `default_` and its name."""
        default = f"{DEFAULT}_{self.name}"
        known = [(value(rows).notnull(), default if label == DEFAULT else label) for label, value in self.sources]
        return ibis.cases(*known, else_=default)


def feature(
    name: str, default: float, unit: str, meaning: str, /, **sources: Callable[[ir.Table], ir.Value]
) -> Feature:
    """A feature by what each source says of it, the best first."""
    return Feature(name, default, unit, meaning, tuple(sources.items()))


@dataclass(frozen=True)
class FeatureVersion:
    """An ordered list of features under one name; `availability` names those that rest on injury reports."""

    name: str
    features: tuple[Feature, ...]
    availability: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if unknown := set(self.availability) - set(self.names) or len(set(self.names)) < len(self.names):
            raise ValueError(f"feature version {self.name}: unknown or repeated names {unknown}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def best_score(self) -> float:
        """The mean weight of the best sources: what a row of which everything is known gets."""
        return sum(WEIGHTS[feature.sources[0][0]] for feature in self.features) / len(self.features)


def values_of(features: Sequence[Feature], rows: ir.Table) -> ir.ArrayValue:
    """Of each feature its value, rounded, so that no engine keeps digits that another has not."""
    return ibis.array([feature.value(rows) for feature in features]).map(lambda value: value.round(9))


def sources_of(features: Sequence[Feature], rows: ir.Table) -> ir.ArrayValue:
    """Of each feature where its value is from, defaults by name."""
    return ibis.array([feature.source(rows) for feature in features])


def defaults_in(sources: ir.ArrayValue) -> ir.ArrayValue:
    """Of the sources those that are a default, by name."""
    return sources.filter(_is_default)


def labels_of(sources: ir.ArrayValue) -> ir.ArrayValue:
    """The sources without names."""
    return sources.map(lambda source: _is_default(source).ifelse(DEFAULT, source))


def _is_default(source: ir.StringValue) -> ir.BooleanValue:
    return source.startswith(f"{DEFAULT}_")


def score(sources: ir.ArrayValue) -> ir.NumericValue:
    """The mean weight of a row's sources."""
    return mean_weight({label: labelled(sources, label) for label in WEIGHTS}, sources.length())


def mean_weight(counts: Mapping[str, ir.IntegerValue], size: ir.IntegerValue) -> ir.NumericValue:
    """Of `size` sources, of which there are so many of each label."""
    return sum((weight * counts[label] for label, weight in WEIGHTS.items()), start=ibis.literal(0)) / size


def labelled(sources: ir.ArrayValue, label: str) -> ir.IntegerValue:
    """How many of a row's sources are `label`."""
    return sources.filter(lambda source: source == label).length()
