"""Player names: every spelling that is known, and whom it means. A view over the registry and its aliases."""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.contracts.read import view
from nba_assets.tables.raw.reference import nba_players_registry, player_aliases


@view(registry=nba_players_registry, aliases=player_aliases)
def player_names(registry: ir.Table, aliases: ir.Table) -> ir.Table:
    """Every spelling that is known: `spelling`, the canonical `player_lookup`, `universal_player_id`; and of how many
    ids the registry knows that lookup, `bearers`: the rows of two men of one name are one man's here.

    A registry name means itself; an active alias means the registry name it points to.
    """
    known = registry.group_by(spelling=registry.player_lookup).agg(
        player_lookup=registry.player_lookup.max(),
        universal_player_id=registry.universal_player_id.min(),
        bearers=registry.universal_player_id.nunique(),
    )
    active = aliases.filter(aliases.is_active).select(
        _alias=aliases.alias_lookup, _canonical=aliases.nba_canonical_lookup
    )
    only_alias = active.anti_join(known, [("_alias", "spelling")])
    pointed = only_alias.inner_join(known, [("_canonical", "spelling")])
    aliased = pointed.select(
        spelling=pointed._alias,
        player_lookup=pointed.player_lookup,
        universal_player_id=pointed.universal_player_id,
        bearers=pointed.bearers,
    )
    return known.union(aliased.distinct())
