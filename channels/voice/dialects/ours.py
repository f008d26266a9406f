"""What Balcão itself has to say of a call, through its own journal: that nothing more was heard, and what was said.

{"balcao": "overdue", "call_id": "c-1"}                    the call rings for longer than `ringing`
{"balcao": "transcript", "call_id": "c-1", "text": "…"}    the recording, written down

Only what carries the mark of the daemon in its envelope is read as such (`channels.voice.decode`).
"""

from channels.voice.plan import Found, Plan
from channels.wild import Wild
from domain.call import CallEvent, Sign


def read(element: Wild, plan: Plan) -> Found:
    call_id = element.required_line("call_id")
    if element.required_line("balcao") == "overdue":
        return [CallEvent(ids=(call_id,), sign=Sign.OVERDUE, at=plan.received_at)]
    return [CallEvent(ids=(call_id,), sign=Sign.NOTED, transcript=(element.text("text") or "").strip() or None)]
