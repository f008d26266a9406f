"""The systems that must report, on a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from ingest.presentation.console import cell, console, table
from ingest.presentation.labels import REPORTING, STYLES, label
from ingest.presentation.moments import ago, duration, moment
from ingest.translations import _


def show_heartbeats(systems: Sequence[Mapping[str, Any]], zone: tzinfo, now: datetime) -> None:
    if not systems:
        console().print(cell(_("No system must report: there is no channel of kind heartbeat.")))
        return
    rows = table(_("State"), _("Channel"), _("System"), _("Last report"), _("Every"), _("Next, at the latest"))
    for one in systems:
        rows.add_row(
            cell(label(REPORTING, one["state"]), STYLES.get(one["state"], "dim")),
            cell(one["channel"]),
            cell(one["title"], limit=60),
            cell(ago(one["last_at"], zone, now)),
            cell(duration(one["every_s"])),
            cell(moment(one["due_at"], zone)),
        )
    console().print(rows)
