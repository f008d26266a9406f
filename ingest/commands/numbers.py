"""The numbers that people name tickets, messages and contacts by."""

from ingest.commands.failures import Wrong
from ingest.commands.shape import Whole
from ingest.translations import _

NUMBER = Whole(1, 2**63 - 1)


def no_ticket(number: int) -> Wrong:
    return Wrong(_("there is no ticket %(number)s") % {"number": number})
