"""Bytes that are not wholly what their charset says, read so that the damage costs itself alone. Never raises.

UTF-8 with other bytes between    those are cp1252: lines of Latin-1 that a forwarding program left as they were
UTF-8 cut within its last letter  that letter goes
another charset, damaged          read as such while at most one letter in four is lost
                                  (of UTF-8, too: what has more of them is cp1252)
letters of two surrogates         are put together
UTF-16 without its mark           the half of the bytes that is zero tells which end comes first
ISO 2022 with half a letter       the half goes, or it would shift all that follows
"""

import codecs
import re

MOST_DAMAGED = 4
_SAMPLE = 20_000
_AS_CP1252 = "balcao.cp1252"
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_SWITCH = re.compile(rb"(\x1b[$(.-/]{1,2}[@-Z])")
_ONE_BYTE_SETS = re.compile(rb"\x1b\([A-Z]")


def _as_cp1252(error: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_CP1252, _as_cp1252)


def in_spite_of_damage(data: bytes, codec: str | None) -> str:
    """Text of bytes that neither `codec` nor UTF-8 reads strictly."""
    if codec is not None and codec != "utf-8" and _is_mostly(data[:_SAMPLE], codec):
        return data.decode(codec, "replace")
    if b"\xed" in data:
        data = _with_whole_surrogates(data)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data[: error.start].decode()
    return data.decode("utf-8", _AS_CP1252) if _is_mostly(data, "utf-8") else data.decode("cp1252", "replace")


def _with_whole_surrogates(data: bytes) -> bytes:
    """Letters that were written as two surrogates of three bytes each (CESU-8), as databases do, as UTF-8."""
    return _SURROGATES.sub(
        lambda pair: (
            pair[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()
        ),
        data,
    )


def _is_mostly(data: bytes, codec: str) -> bool:
    text = data.decode(codec, "replace")
    return text.count("\ufffd") * MOST_DAMAGED <= len(text)


def by_its_zeros(data: bytes, *, told: bool) -> str | None:
    """The UTF-16 that these bytes are, if they are; `told`: they are said to be, so that any zero tells."""
    sample = data[:_SAMPLE]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    zeros = first + second
    if zeros * 10 > len(sample) * 6 or (not told and zeros * 3 < len(sample)):
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def with_whole_pairs(data: bytes) -> bytes:
    """ISO 2022 text in which no letter of two bytes is only half there."""
    pieces = _SWITCH.split(data)
    for at in range(2, len(pieces), 2):
        if not _ONE_BYTE_SETS.fullmatch(pieces[at - 1]) and len(pieces[at]) % 2:
            pieces[at] = pieces[at][:-1]
    return b"".join(pieces)
