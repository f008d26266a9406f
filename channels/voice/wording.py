"""A call in words, as the ticket shows it. Portuguese, for it is the customer service's own record.

Chamada perdida de +55 11 91234-5678, fila Suporte, esperou 42 s.
"""

from channels.voice.call import Call
from channels.voice.numbers import shown

_HEADLINES = {
    ("inbound", "answered"): "Chamada atendida de {caller}",
    ("inbound", "ended"): "Chamada encerrada de {caller}",
    ("inbound", "missed"): "Chamada perdida de {caller}",
    ("outbound", "answered"): "Chamada atendida por {called}",
    ("outbound", "ended"): "Chamada encerrada para {called}",
    ("outbound", "missed"): "Chamada não atendida por {called}",
    ("internal", "answered"): "Chamada interna atendida, de {caller} para {called}",
    ("internal", "ended"): "Chamada interna encerrada, de {caller} para {called}",
    ("internal", "missed"): "Chamada interna perdida, de {caller} para {called}",
}
_ENDED_BY = {
    "caller": "encerrada por quem ligou",
    "customer": "encerrada pelo cliente",
    "callee": "encerrada por quem atendeu",
    "agent": "encerrada pelo atendente",
    "system": "encerrada pelo sistema",
}


def headline(call: Call) -> str:
    """One line; the subject of the ticket that the call opens."""
    event = "missed" if call.event == "ended" and not call.answered else call.event
    return _HEADLINES[call.direction, event].format(caller=shown(call.caller), called=shown(call.called))


def summary(call: Call) -> str:
    """One sentence, then the recording's address on a line of its own (it is never fetched by us)."""
    details = (
        f"fila {call.queue}" if call.queue else "",
        f"atendente {call.agent}" if call.agent else "",
        f"esperou {duration(call.waited_s)}" if call.waited_s is not None else "",
        f"falou {duration(call.talked_s)}" if call.answered and call.talked_s is not None else "",
        _ENDED_BY.get((call.ended_by or "").casefold(), ""),
    )
    sentence = ", ".join([headline(call), *filter(None, details)]) + "."
    return f"{sentence}\nGravação: {call.recording}" if call.recording else sentence


def duration(seconds: int) -> str:
    """42 s · 3 min 12 s · 1 h 05 min"""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
