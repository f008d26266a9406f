"""A day at the telephone of the same small house: what the telephone system tells, and what becomes of each call.

Events come as telephone systems send them: doubled, out of order, most in our own format, one as Asterisk's record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from demo.showing import COLOURS, REASONS, table_of

CHANNEL = "central"
SETTINGS = """\
  central:
    kind: voice
    secrets: [file:var/secrets/central.key]
"""
HOME = ZoneInfo("America/Sao_Paulo")
DAY = (datetime.now(HOME) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
ANA, PADARIA, OBRA, LOJA, MERCADO = (f"+55119{n}" for n in ("12345678", "87654321", "55550001", "55550002", "55550003"))
HOUSE = "+551130001000"
UNNOTED = "chamada sem anotações"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`ticket`: whose ticket it is on, by the name of the call that opened it; None: on none, with `reason`."""

    name: str
    at: str
    events: tuple[Mapping[str, Any], ...]
    ticket: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the day leaves of a ticket. `tags` are among those it has."""

    department: str
    priority: str
    state: str
    tags: tuple[str, ...] = ()


def _moment(clock: str, seconds: int = 0) -> str:
    hour, minute = map(int, clock.split(":"))
    return (DAY + timedelta(hours=hour, minutes=minute, seconds=seconds)).astimezone(UTC).isoformat()


def _told(what: str, at: str, *, caller: str = ANA, seconds: int = 0, **more: Any) -> dict[str, Any]:
    parties = {"direction": "inbound", "from": caller, "to": HOUSE}
    return {"event": what, "at": _moment(at, seconds), **parties, **more}


def _ours(what: str, at: str, to: str, **more: Any) -> dict[str, Any]:
    """A call that one of the house makes."""
    return _told(what, at, **{"direction": "outbound", "from": "1001", "to": to, **more})


def _answered(call: str, at: str, talked: int, **more: Any) -> tuple[dict[str, Any], ...]:
    """Its end comes before its beginning, and its answer twice."""
    rings = _told("new", at, call_id=call, started_at=_moment(at), **more)
    answered = _told("answered", at, seconds=9, call_id=call, answered_at=_moment(at, 9), agent="Marina", **more)
    ended = _told(
        "ended", at, seconds=9 + talked, call_id=call, ended_at=_moment(at, 9 + talked), talked_s=talked, **more
    )
    return ended, answered, rings, answered


def _record(call: str, at: str, **more: Any) -> dict[str, Any]:
    """As Asterisk writes it."""
    start = DAY + timedelta(hours=int(at[:2]), minutes=int(at[3:]))
    shown = "%Y-%m-%d %H:%M:%S"
    end = start + timedelta(seconds=int(more["duration"]))
    return {
        "dcontext": "from-trunk", "channel": "PJSIP/tronco-00000017", "start": start.strftime(shown), "answer": "",
        "end": end.strftime(shown), "uniqueid": call, **more,
    }  # fmt: skip


CALLS: Sequence[Call] = (
    Call(
        name="Ana liga, Marina atende", at="08:05", ticket="Ana liga, Marina atende",
        events=_answered("c-1", "08:05", 272, queue="Suporte"),
    ),
    Call(
        name="a padaria liga, ninguém atende", at="08:40", ticket="a padaria liga, ninguém atende",
        events=(_told("missed", "08:40", call_id="c-2", caller=PADARIA, queue="Suporte", waited_s=48),),
    ),
    Call(
        name="a padaria tenta de novo", at="08:52", ticket="a padaria liga, ninguém atende",
        events=(_told("missed", "08:52", call_id="c-3", caller=PADARIA, queue="Suporte", waited_s=31),),
    ),
    Call(
        name="a obra desiste na fila", at="09:10", ticket="a obra desiste na fila",
        events=(_record("1772452800.4", "09:10", src=OBRA, dst="600", dstchannel="", lastapp="Queue",
                        lastdata="financeiro,t,,,300", duration="190", billsec="190", disposition="ANSWERED"),),
    ),
    Call(
        name="retornamos à padaria, que atende", at="09:31", ticket="a padaria liga, ninguém atende",
        events=(_ours("ended", "09:31", PADARIA, seconds=95, call_id="c-5", agent="Marina", talked_s=88),),
    ),
    Call(
        name="retornamos à obra, que não atende", at="09:40", ticket="a obra desiste na fila",
        events=(_ours("missed", "09:40", OBRA, call_id="c-6", waited_s=25),),
    ),
    Call(
        name="um número oculto", at="10:15", ticket="um número oculto",
        events=(_told("missed", "10:15", call_id="c-7", caller="anonymous", waited_s=12),),
    ),
    Call(
        name="a loja deixa recado na caixa postal", at="12:20", ticket="a loja deixa recado na caixa postal",
        events=(_told("missed", "12:20", call_id="c-8", caller=LOJA, waited_s=40, voicemail=True,
                      recording="https://central.exemplo.com.br/recados/c-8.wav"),),
    ),
    Call(
        name="o mercado é transferido ao financeiro", at="14:02", ticket="o mercado é transferido ao financeiro",
        events=(
            _told("answered", "14:02", seconds=70, call_id="c-9b", linked_id="c-9", caller=MERCADO, agent="Paulo"),
            _told("answered", "14:02", seconds=8, call_id="c-9", caller=MERCADO, queue="Comercial", agent="Marina"),
            _told("ended", "14:02", seconds=320, call_id="c-9", caller=MERCADO, queue="Comercial", talked_s=250,
                  transferred_to="Financeiro"),
        ),
    ),
    Call(
        name="Ana liga outra vez", at="15:30", ticket="Ana liga, Marina atende",
        events=_answered("c-10", "15:30", 60, queue="Suporte"),
    ),
    Call(
        name="ramal para ramal", at="16:00", ticket=None, reason="rule 'ligacao-interna' wants no ticket for this call",
        events=(_ours("ended", "16:00", "1002", call_id="c-11", direction="internal", talked_s=40),),
    ),
    Call(
        name="um toque, e mais nada até agora", at="17:59", ticket=None, reason="call still ringing",
        events=(_told("new", "17:59", call_id="c-12", caller="+5511955550009"),),
    ),
)  # fmt: skip
OUTCOMES: Mapping[str, Outcome] = {
    "Ana liga, Marina atende": Outcome(department="suporte", priority="Baixa", state="new", tags=(UNNOTED,)),
    "a padaria liga, ninguém atende": Outcome(
        department="suporte", priority="Alta", state="solved", tags=("retornar-ligacao", "ligou-de-novo")
    ),
    "a obra desiste na fila": Outcome(
        department="financeiro", priority="Média", state="new", tags=("retornar-ligacao",)
    ),
    "um número oculto": Outcome(department="suporte", priority="Média", state="new", tags=("ligacao-perdida",)),
    "a loja deixa recado na caixa postal": Outcome(
        department="suporte", priority="Média", state="new", tags=("retornar-ligacao",)
    ),
    "o mercado é transferido ao financeiro": Outcome(
        department="financeiro", priority="Baixa", state="new", tags=(UNNOTED,)
    ),
}
STATES = {"new": "novo", "open": "aberto", "solved": "resolvido"}


def told() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every event in the order in which it is sent, under an id of its own."""
    for number, call in enumerate(CALLS):
        for index, event in enumerate(call.events):
            yield f"call-{number}-{index}", event


def is_of_the_day(ticket: Mapping[str, Any]) -> bool:
    return any(message["channel"] == CHANNEL for message in ticket["messages"])


def judge(tickets: Sequence[dict[str, Any]], ignored: Sequence[str]) -> list[str]:
    """Everything that is not as expected. `ignored`: why journal entries of the channel became nothing."""
    complaints = []
    groups = {opener: [call for call in CALLS if call.ticket == opener] for opener in OUTCOMES}
    for (opener, calls), ticket in zip(groups.items(), tickets, strict=False):
        complaints += [f"{opener}: {wrong}" for wrong in _wrong(ticket, calls, OUTCOMES[opener])]
    if len(tickets) != len(OUTCOMES):
        complaints.append(f"{len(OUTCOMES)} tickets of calls were expected, there are {len(tickets)}")
    unfiled = [call for call in CALLS if call.ticket is None]
    return [
        *complaints,
        *(f"{call.name}: {call.reason!r} is not said" for call in unfiled if call.reason not in ignored),
    ]


def _wrong(ticket: dict[str, Any], calls: Sequence[Call], wanted: Outcome) -> Iterator[str]:
    if len(ticket["messages"]) != len(calls):
        yield f"{len(ticket['messages'])} calls are on #{ticket['number']}, expected {len(calls)}"
    for name in ("department", "priority", "state"):
        if ticket[name] != getattr(wanted, name):
            yield f"{name} is {ticket[name]!r}, expected {getattr(wanted, name)!r}"
    if missing := set(wanted.tags) - set(ticket["tags"]):
        yield f"tags are {ticket['tags']}, {sorted(missing)} expected"


def show(console: Console, tickets: Sequence[dict[str, Any]], complaints: Sequence[str]) -> None:
    table = table_of("Um dia ao telefone", "Ticket", "Ligações", "O que ficou escrito", "Departamento", "Prioridade",
                     "Estado", "Etiquetas", expand=True)  # fmt: skip
    for (opener, _), ticket in zip(OUTCOMES.items(), tickets, strict=False):
        calls = [f"{call.at} {call.name}" for call in CALLS if call.ticket == opener]
        flag = " ⚑" if ticket["flagged"] else ""
        words = [message["text"].partition("\n")[0] for message in ticket["messages"]]
        table.add_row(
            f"#{ticket['number']}{flag}", "\n".join(calls), "\n".join(words), ticket["department"],
            Text(ticket["priority"], COLOURS[ticket["priority"]]), STATES.get(ticket["state"], ticket["state"]),
            ", ".join(ticket["tags"]),
        )  # fmt: skip
    console.print("", table)
    for call in CALLS:
        if call.ticket is None:
            console.print(Text(f"Sem ticket: {call.at} {call.name} ({REASONS[call.reason]})", style="dim"))
    if complaints:
        console.print(Panel("\n".join(complaints), title="não saiu como esperado", border_style="red"))
    else:
        text = f"Tudo como esperado: {len(CALLS)} ligações, {len(tickets)} tickets."
        console.print(Text(text, style="bold green"))
