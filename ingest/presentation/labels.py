"""What the machine's words are called for people."""

from ingest.presentation.clean import line
from ingest.translations import N_, _

STATES = {
    "new": N_("new"),
    "open": N_("open"),
    "waiting": N_("waiting for the customer"),
    "solved": N_("solved"),
    "closed": N_("closed"),
}
FATES = {
    "waiting": N_("waiting"),
    "claimed": N_("in progress"),
    "done": N_("done"),
    "ignored": N_("ignored"),
    "quarantined": N_("quarantined"),
    "failed": N_("failed"),
    "discarded": N_("discarded"),
}
SENDING = {
    "pending": N_("to be sent"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "silent": N_("not sent"),
    "failed": N_("failed"),
}
DIRECTIONS = {"in": N_("received"), "out": N_("sent"), "note": N_("note")}
MEDIA = {"mail": N_("e-mail"), "chat": N_("chat"), "call": N_("call"), "alert": N_("alert")}
FIELDS = {
    "department": N_("Department"),
    "priority": N_("Priority"),
    "flag": N_("Flag"),
    "assignee": N_("Assignee"),
}
PARTS = {
    "starting": N_("starting"),
    "up": N_("running"),
    "down": N_("down, trying again"),
    "failed": N_("failed"),
    "not running": N_("not running"),
    "disabled": N_("switched off"),
}
STYLES = {
    "quarantined": "bold yellow",
    "failed": "bold red",
    "down": "bold yellow",
    "up": "green",
    "sent": "green",
    "silent": "dim",
}


def label(words: dict[str, str], key: object) -> str:
    """The word for `key`, or the key itself when it is new to this list."""
    return _(words[key]) if isinstance(key, str) and key in words else line(key)
