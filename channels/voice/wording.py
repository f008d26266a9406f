"""A call in words, as the ticket shows it. Portuguese, for it is the customer service's own record.

Chamada perdida de +55 11 91234-5678, fila Suporte, esperou 42 s, 2ª tentativa hoje.
"""

from channels.voice.numbers import ANONYMOUS, shown
from domain.call import Call

_HEADLINES = {
    ("inbound", "ringing"): "Chamada tocando, de {caller}",
    ("inbound", "answered"): "Chamada atendida de {caller}",
    ("inbound", "ended"): "Chamada encerrada de {caller}",
    ("inbound", "missed"): "Chamada perdida de {caller}",
    ("outbound", "ringing"): "Chamada tocando, para {called}",
    ("outbound", "answered"): "Chamada atendida por {called}",
    ("outbound", "ended"): "Chamada encerrada para {called}",
    ("outbound", "missed"): "Chamada não atendida por {called}",
    ("internal", "ringing"): "Chamada interna tocando, de {caller} para {called}",
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
    parties = {"caller": shown(call.caller or ANONYMOUS), "called": shown(call.called or ANONYMOUS)}
    return _HEADLINES[call.direction, call.outcome.value].format(**parties)


def summary(call: Call, tries: int) -> str:
    """One sentence, then the recording's address on a line of its own. `tries`: missed calls of this number today."""
    details = (
        f"fila {call.queue}" if call.queue else "",
        f"atendente {call.agent}" if call.agent else "",
        f"transferida para {call.transferred_to}" if call.transferred_to else "",
        f"esperou {duration(call.waited_s)}" if call.waited_s is not None else "",
        f"falou {duration(call.talked_s)}" if call.answered and call.talked_s is not None else "",
        "desistiu de esperar" if call.abandoned and call.missed else "",
        "deixou recado" if call.voicemail else "",
        _ENDED_BY.get((call.ended_by or "").casefold(), ""),
        "a central não informou o fim" if call.overdue else "",
        f"{tries}ª tentativa hoje" if tries > 1 else "",
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
