"""Injury report editions: when one was out.

The league prints an edition for an hour and publishes it at half past; since December 2025 there are several an hour.
Which edition counts for a game is the availability's.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

HALF_PAST = ":30"

STATUSES = ("out", "doubtful", "questionable", "probable", "available")
"""What the report says of a player."""


def published_eastern(report: ir.Table) -> ir.StringValue:
    """When an edition was out on Eastern clocks, `YYYY-MM-DD HH:MM`: its own time if the row has one, else half past.

    Its own time is that of the scrape: what was read then was published. One before the edition's hour is of another
    day (a scrape after midnight, a later load) and tells nothing.
    """
    hour = report.report_hour.cast("string").lpad(2, "0")
    own = report.scrape_time.lpad(5, "0")
    is_own = own.re_search("^([01][0-9]|2[0-3]):[0-5][0-9]$") & (own >= hour + ibis.literal(":00"))
    minute = is_own.fill_null(False).ifelse(own, hour + ibis.literal(HALF_PAST))
    return report.report_date.strftime("%Y-%m-%d") + ibis.literal(" ") + minute
