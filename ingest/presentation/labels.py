"""What the machine's words are called for people."""

from ingest.presentation.clean import line
from ingest.translations import N_, _, ngettext

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
DELIVERY = {
    "sent": N_("on its way"),
    "failed": N_("not delivered"),
    "delivered": N_("delivered"),
    "read": N_("read"),
}
FILES = {
    "waiting": N_("to be fetched"),
    "fetching": N_("being fetched"),
    "fetched": N_("attached"),
    "failed": N_("failed"),
}
DIRECTIONS = {"in": N_("received"), "out": N_("sent"), "note": N_("note")}
MEDIA = {"mail": N_("e-mail"), "chat": N_("chat"), "call": N_("call"), "alert": N_("alert")}
FIELDS = {
    "department": N_("Department"),
    "priority": N_("Priority"),
    "flag": N_("Flag"),
    "assignee": N_("Assignee"),
    "acknowledgement": N_("Acknowledgement"),
    "ticket": N_("Ticket"),
    "tags": N_("Tags"),
    "questions": N_("Questions"),
    "solutions": N_("Solutions"),
    "ask": N_("Questions"),
    "suggest": N_("Solutions"),
}
PARTS = {
    "starting": N_("starting"),
    "up": N_("running"),
    "down": N_("down, trying again"),
    "failed": N_("failed"),
    "not running": N_("not running"),
    "disabled": N_("switched off"),
}
REPORTING = {
    "on time": N_("on time"),
    "late": N_("late"),
    "never": N_("never heard of"),
    "unheard": N_("nobody listens"),
}
EVENTS = {
    "opened": N_("opened"),
    "joined": N_("message received"),
    "held": N_("message held, unverified"),
    "linked": N_("linked"),
    "noted": N_("note by an agent"),
    "referred": N_("shown to another department"),
    "verified": N_("message accepted"),
    "tagged": N_("tagged"),
    "reopened": N_("reopened"),
    "department": N_("department changed"),
    "priority": N_("priority changed"),
    "replied": N_("reply written"),
    "state": N_("state changed"),
    "bounced": N_("our message came back"),
    "taken_back": N_("taken back by its sender"),
    "address": N_("address changed"),
    "attached": N_("file attached"),
    "not_attached": N_("file not attached"),
    "fetched_again": N_("file tried again"),
    "contact": N_("other contact"),
    "retold": N_("told anew"),
    "retriaged": N_("triaged again"),
    "lasted": N_("it lasted"),
    "erased": N_("erased"),
    "forgotten": N_("forgotten, by age"),
}
POINTING = frozenset({"joined", "held", "noted", "verified", "taken_back", "retold", "forgotten"})
"""Events whose `to` is a sentence of ours; elsewhere it is a name that somebody gave."""
REASONS = {
    "same number, which proves nobody": N_("same number, which proves nobody"),
    "called back, and the customer answered": N_("called back, and the customer answered"),
    "the same call": N_("the same call"),
    "a call of this number, whose ticket is done with": N_("a call of this number, whose ticket is done with"),
    "a call of this number, long after the last": N_("a call of this number, long after the last"),
    "erased": N_("erased"),
    "new request": N_("new request"),
    "resolved": N_("its monitoring says that it is over"),
    "firing again": N_("its monitoring says that it is back"),
    "the same incident, again": N_("the same incident, again"),
    "told_already": N_("told of it already"),
    "withdrawn": N_("over, or part of a storm, before it was to be told"),
    "same conversation": N_("same conversation"),
    "signed reply token": N_("signed reply token"),
    "same conversation, but the ticket is closed": N_("same conversation, but the ticket is closed"),
    "signed reply token, but the ticket is closed": N_("signed reply token, but the ticket is closed"),
    "automatic answer, unverified": N_("automatic answer, unverified"),
    "automatic answer to our message": N_("automatic answer to our message"),
    "participant's address, unverified": N_("participant's address, unverified"),
    "participant's address, proved": N_("participant's address, proved"),
    "agent's address, proved": N_("agent's address, proved"),
    "a third party wants an address confirmed": N_("a third party wants an address confirmed"),
    "bulk mail to the address of this ticket": N_("bulk mail to the address of this ticket"),
    "found a closed ticket": N_("found a closed ticket"),
    "stranger speaks of this ticket": N_("stranger speaks of this ticket"),
    "disabled": N_("acknowledgements are switched off"),
    "already_acknowledged": N_("already acknowledged"),
    "unverified": N_("the message is unverified"),
    "automatic_auto_reply": N_("automatic answer"),
    "automatic_bounce": N_("delivery failure notice"),
    "automatic_list": N_("mailing list"),
    "automatic_bulk": N_("bulk mail"),
    "automatic_own": N_("our own message"),
    "mail_loop": N_("mail loop"),
    "agents_note": N_("an agent's note"),
    "verification_mail": N_("a third party wants an address confirmed"),
    "spam": N_("spam, says the mail server"),
    "no_return_path": N_("no return path"),
    "null_sender": N_("empty return path"),
    "a call has no return path": N_("a call has no return path"),
    "we called": N_("we called"),
    "the call was answered": N_("the call was answered"),
    "the number is withheld": N_("the number is withheld"),
    "this telephone takes no messages": N_("this telephone takes no messages"),
    "no_rule_wants_it": N_("no rule wants a caller told"),
    "night": N_("it is night"),
    "this channel has no reply URL": N_("this channel has no reply URL"),
    "channel_cannot_send": N_("this channel cannot send"),
    "rule": N_("a rule wants none"),
    "role_mailbox": N_("sent to postmaster or abuse"),
    "own_address": N_("one of our own addresses"),
    "role_address": N_("address of a machine"),
    "role_sender": N_("written by a machine's address"),
    "budget_address": N_("too many answers to this address"),
    "budget_domain": N_("too many answers to this domain"),
    "backfilled": N_("older mail, taken afterwards"),
    "budget_all": N_("too many answers in all"),
    "repeated_text": N_("the same words were acknowledged before: a loop"),
}
STYLES = {
    "quarantined": "bold yellow",
    "failed": "bold red",
    "down": "bold yellow",
    "up": "green",
    "on time": "green",
    "late": "bold red",
    "not running": "yellow",
    "sent": "green",
    "silent": "dim",
}


def counted_rules(count: int) -> str:
    return ngettext("%(count)d rule", "%(count)d rules", count) % {"count": count}


def counted_tests(count: int) -> str:
    return ngettext("%(count)d test", "%(count)d tests", count) % {"count": count}


def counted_tickets(count: int) -> str:
    return ngettext("%(count)d ticket", "%(count)d tickets", count) % {"count": count}


def label(words: dict[str, str], key: object) -> str:
    """The word for `key`, or the key itself when it is new to this list."""
    return _(words[key]) if isinstance(key, str) and key in words else line(key)
