"""Files inside a JSON message. A broken one is noted and costs neither the message nor its neighbours."""

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator

from channels.cleaning import MEDIA_TYPE, clean_file_name
from channels.wild import Wild
from domain.interaction import Attachment
from domain.remote import UNKNOWN_TYPE

MOST_ATTACHMENTS = 50
_WHITE_SPACE = str.maketrans("", "", " \t\r\n")


def read_attachments(payload: Wild, *, elsewhere: bool = False) -> Iterator[Attachment]:
    """`elsewhere`: the channel fetches files of which only a `url` came; they are none of these."""
    for number, item in enumerate(payload.parts("attachments"), start=1):
        if number > MOST_ATTACHMENTS:
            payload.problems.append(f"attachments: only the first {MOST_ATTACHMENTS} were read")
            return
        content = _content(item, elsewhere=elsewhere)
        if content is not None:
            yield _attachment(item, content, number)


def _attachment(item: Wild, content: bytes, number: int) -> Attachment:
    name = item.line("name")
    return Attachment(
        name=clean_file_name(name or "", otherwise=f"anexo-{number}"),
        content_type=media_type(item.line("content_type") or ""),
        content=content,
        original_name=name,
    )


def _content(item: Wild, *, elsewhere: bool) -> bytes | None:
    given = item.value.get("content")
    if given is None and elsewhere and item.value.get("url"):
        return None
    if not isinstance(given, str) or not given:
        item.note("content: base64 text expected")
        return None
    try:
        return a2b_base64(given.translate(_WHITE_SPACE), strict_mode=True)
    except (Base64Error, ValueError):
        item.note("content: this is not base64")
        return None


def media_type(given: str) -> str:
    """Only a label: files are served as octet-stream whatever it says."""
    bare = given.split(";", 1)[0].strip().lower()
    return bare if MEDIA_TYPE.fullmatch(bare) else UNKNOWN_TYPE
