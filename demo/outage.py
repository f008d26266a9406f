"""One outage: forty services fall, Alertmanager tells of each of them, and an hour of it is one ticket.

firing, in two posts ─▶ told again ─▶ all resolved ─▶ the ticket as `balcao tickets show` has it
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.text import Text

SETTINGS = """\
  alertas:
    kind: alerts
    secrets: [file:var/secrets/alertas.key]
alerts:
  storm: {alerts: 20, within: 1m, by: [cluster]}
"""
CHANNEL = "alertas"
SERVICES = 40
Post = Callable[[str, str, dict[str, Any]], Awaitable[None]]
"""Channel, a name for this post, and its body."""


def alertmanager(state: str, numbers: range, began: datetime, now: datetime) -> dict[str, Any]:
    """A group as Prometheus Alertmanager posts it (version 4)."""
    ended = now.isoformat() if state == "resolved" else "0001-01-01T00:00:00Z"
    alerts = [
        {
            "status": state,
            "labels": {"alertname": "InstanceDown", "instance": f"web-{number}:9100", "cluster": "sp-1",
                       "severity": "critical"},
            "annotations": {"summary": f"web-{number} não responde",
                            "runbook_url": "https://wiki.exemplo.com.br/instancia-fora-do-ar"},
            "startsAt": began.isoformat(),
            "endsAt": ended,
            "generatorURL": "http://prometheus.exemplo.com.br:9090/graph",
            "fingerprint": f"{number:016x}",
        }
        for number in numbers
    ]  # fmt: skip
    return {
        "version": "4", "groupKey": '{}:{cluster="sp-1"}', "truncatedAlerts": 0, "status": state, "receiver": "balcao",
        "groupLabels": {"cluster": "sp-1"}, "commonLabels": {"alertname": "InstanceDown", "cluster": "sp-1"},
        "commonAnnotations": {}, "externalURL": "http://alertmanager.exemplo.com.br:9093", "alerts": alerts,
    }  # fmt: skip


async def play(post: Post, settled: Callable[[], Awaitable[None]]) -> None:
    """`settled` returns when nothing waits any more."""
    now = datetime.now(UTC)
    began, half = now - timedelta(minutes=12), SERVICES // 2
    await post(CHANNEL, "first", alertmanager("firing", range(half), began, now))
    await post(CHANNEL, "second", alertmanager("firing", range(half, SERVICES), began, now))
    await settled()
    await post(CHANNEL, "again", alertmanager("firing", range(SERVICES), began, now))
    await settled()
    await post(CHANNEL, "over", alertmanager("resolved", range(SERVICES), began, now))
    await settled()


def complaints(tickets: list[dict[str, Any]]) -> list[str]:
    """What is not as it should be: one ticket of all of them, solved, each told twice."""
    outages = [one for one in tickets if one["incident"]]
    if len(outages) != 1:
        return [f"a queda: esperado 1 ticket, há {len(outages)}"]
    ticket, told = outages[0], outages[0]["incident"]
    found = (ticket["state"], ticket["priority"], told["children"]["count"], told["times"], told["children"]["firing"])
    expected = ("solved", "Alta", SERVICES, 2 * SERVICES, 0)
    return [] if found == expected else [f"a queda: esperado {expected}, há {found}"]


async def shown(balcao: Path, config: Path, tickets: list[dict[str, Any]]) -> Panel:
    """The ticket as an agent sees it."""
    number = next((one["number"] for one in tickets if one["incident"]), 0)
    process = await asyncio.create_subprocess_exec(
        balcao, "tickets", "show", str(number), "--config", config, stdout=asyncio.subprocess.PIPE, cwd=config.parent
    )
    output, _ = await process.communicate()
    lines = output.decode().splitlines()
    end = next((index for index, line in enumerate(lines) if line.startswith(("Por quê", "Why"))), len(lines))
    text = Text("\n".join(lines[:end]).rstrip())
    return Panel(text, title=f"Uma queda: {SERVICES} alertas, um ticket", expand=False)
