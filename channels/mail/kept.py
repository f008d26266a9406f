"""The few header fields of a mail that rules may ask for. All others stay in the raw mail only.

None of them says who the sender is (that is what authentication is for), and each is what its sender wrote:
good for sorting, never for trust.
"""

from collections.abc import Mapping

from channels.mail.mime import Part
from channels.mail.words import header_text
from domain.headers import KEPT

MAX_LENGTH = 200


def kept_headers(mail: Part) -> Mapping[str, str]:
    """The first of each, as one clean line."""
    return {
        name: text for name in KEPT if name in mail.headers and (text := header_text(mail.header(name), MAX_LENGTH))
    }
