"""The `alerts:` section: flapping, storms, maintenance windows, and the clients that are told.

alerts:
  reopen: 1h
  storm: {alerts: 20, within: 1m, by: [cluster]}
  maintenance:
    - {name: Troca de discos, from: "2026-12-05 22:00", to: "2026-12-06 02:00", match: {cluster: prod}}
    - {name: Backup, days: [sun], from: "02:00", to: "04:00", match: {instance: "db-*"}}
  notice: {label: cliente, by: email, after: 1m, solved: true, clients: {padaria: [ti@padaria.example]}}
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from config.fields import Block, Duration, Timezone
from domain import document
from domain.errors import N_, Mistake
from domain.incident_desk import IncidentDesk, NoticePlan, StormPlan, Window
from domain.units import BadValue

MAIL_KINDS = frozenset({"smtp", "imap"})
UNKNOWN = N_("no channel of the settings is called %(name)s")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+")


def _day(name: str) -> str:
    if name not in DAYS:
        raise BadValue("write days as mon, tue, wed, thu, fri, sat, sun")
    return name


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise BadValue('write an e-mail address: "ti@cliente.com.br"')
    return value


Label = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[str, AfterValidator(_day)]
Address = Annotated[str, AfterValidator(_address)]


class Storm(Block):
    alerts: int = Field(default=20, ge=2, le=10_000)
    within: Duration = 60.0
    by: tuple[Label, ...] = ()


class Maintenance(Block):
    """With `days`, `from` and `to` are times of day; without, a date and a time each."""

    name: str = Field(min_length=1, max_length=100)
    begins: str = Field(alias="from")
    ends: str = Field(alias="to")
    days: tuple[Day, ...] = ()
    timezone: Timezone | None = None
    match: dict[Label, str | tuple[str, ...]] = Field(default_factory=dict)
    channels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        _window(self, "UTC")
        return self


class Notice(Block):
    label: Label
    by: str
    solved: bool = False
    after: Duration | None = None
    clients: dict[str, tuple[Address, ...]] = Field(min_length=1)


class Alerts(Block):
    """None: no storms, nobody is told."""

    reopen: Duration = 3600.0
    storm: Storm | None = Storm()
    maintenance: tuple[Maintenance, ...] = ()
    notice: Notice | None = None

    @model_validator(mode="after")
    def _has_no_name_twice(self) -> Self:
        names = [one.name for one in self.maintenance]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadValue("two maintenance windows are called %(name)s", name=twice)
        return self


def incident_desk(alerts: Alerts, timezone: str) -> IncidentDesk:
    """`timezone`: of windows that name none."""
    storm, notice = alerts.storm, alerts.notice
    return IncidentDesk(
        reopen=timedelta(seconds=alerts.reopen),
        storm=None if storm is None else _storm(storm),
        windows=tuple(_window(one, timezone) for one in alerts.maintenance),
        notice=None if notice is None else _notice(notice),
    )


def unknown_channels(node: document.Node | None, kinds: Mapping[str, str]) -> Iterator[Mistake]:
    """What the section says of channels that are not there. `kinds` by name."""
    if not isinstance(node, document.Mapping):
        return
    windows = node.get("maintenance")
    for window in windows.items if isinstance(windows, document.Sequence) else ():
        named = window.get("channels") if isinstance(window, document.Mapping) else None
        for one in named.items if isinstance(named, document.Sequence) else ():
            if isinstance(one, document.Scalar) and one.value not in kinds:
                yield Mistake(one.position, UNKNOWN, {"name": repr(one.value)})
    notice = node.get("notice")
    by = notice.get("by") if isinstance(notice, document.Mapping) else None
    if isinstance(by, document.Scalar) and kinds.get(str(by.value)) not in MAIL_KINDS:
        mail = ", ".join(sorted(name for name, kind in kinds.items() if kind in MAIL_KINDS)) or "-"
        text = N_("%(name)s is no mail channel, which alone can tell clients; there are: %(known)s")
        yield Mistake(by.position, text, {"name": repr(by.value), "known": mail})


def _storm(storm: Storm) -> StormPlan:
    return StormPlan(alerts=storm.alerts, within=timedelta(seconds=storm.within), by=storm.by)


def _notice(notice: Notice) -> NoticePlan:
    after = timedelta(seconds=notice.after or 0)
    return NoticePlan(label=notice.label, by=notice.by, clients=notice.clients, solved=notice.solved, after=after)


def _window(one: Maintenance, timezone: str) -> Window:
    """Raises BadValue."""
    zone = ZoneInfo(one.timezone or timezone)
    known = Window(name=one.name, match=_matchers(one.match), channels=frozenset(one.channels))
    if one.days:
        opens, closes = _clock(one.begins), _clock(one.ends)
        if opens == closes:
            raise BadValue("a maintenance window that opens and closes at the same time is never open")
        days = frozenset(DAYS.index(day) for day in one.days)
        return replace(known, days=days, opens=opens, closes=closes, zone=zone)
    begins, ends = _moment(one.begins, zone), _moment(one.ends, zone)
    if begins >= ends:
        raise BadValue("a maintenance window must end after it begins")
    return replace(known, begins=begins, ends=ends)


def _matchers(match: Mapping[str, str | tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {label: (values,) if isinstance(values, str) else values for label, values in match.items()}


def _clock(text: str) -> time:
    if not _CLOCK.fullmatch(text):
        raise BadValue('with days, write the times as "22:00"')
    hours, _, minutes = text.partition(":")
    return time(int(hours), int(minutes))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue('write a date and a time, "2026-12-05 22:00", or name the days') from None
    if len(text) < len("2026-12-05 22:00"):
        raise BadValue('write a date and a time, "2026-12-05 22:00", or name the days')
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
