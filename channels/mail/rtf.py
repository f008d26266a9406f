"""Compressed RTF ([MS-OXRTFCP]) as its words: paragraphs and characters, without any form. Never raises.

What unpacks to more than the caller allows is cut there. HTML that was wrapped into RTF is read by its words, too.
"""

import re
import struct

LONGEST = 1_000_000
_PLAIN, _PACKED = b"MELA", b"LZFu"
_WINDOW = 4096
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_BREAKS = {b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": " "}
_SIGNS = {
    b"emdash": "—",
    b"endash": "\u2013",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
}
_UNSAID = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"htmltag", b"mhtmltag"}
)
_MOST_GROUPS = 500


def text_from_rtf(packed: bytes, most: int = LONGEST) -> tuple[str, int]:
    """The words, and how many bytes were read for them: what is packed small may be much, many times over."""
    rtf = _unpacked(packed, min(most, LONGEST))
    return _words(rtf).strip(), len(rtf)


def _unpacked(packed: bytes, most: int) -> bytes:
    if len(packed) < 16:
        return b""
    kind, body = packed[8:12], packed[16:]
    if kind == _PLAIN:
        return body[:most]
    return _expanded(body, most)[:most] if kind == _PACKED else b""


def _expanded(body: bytes, most: int) -> bytes:
    """Eight tokens after each byte of flags: a letter, or a place in the window and a length."""
    window = bytearray(_BEGINNING.ljust(_WINDOW, b" "))
    place, at, out = len(_BEGINNING), 0, bytearray()
    while at < len(body) and len(out) < most:
        flags, at = body[at], at + 1
        for bit in range(8):
            if at >= len(body):
                break
            if not flags >> bit & 1:
                copied, at = body[at : at + 1], at + 1
            else:
                if at + 2 > len(body):
                    return bytes(out)
                reference, at = struct.unpack_from(">H", body, at)[0], at + 2
                if reference >> 4 == place:
                    return bytes(out)
                copied = _repeated(window, reference >> 4, (reference & 15) + 2, place)
            for octet in copied:
                window[place] = octet
                place = (place + 1) % _WINDOW
            out += copied
    return bytes(out)


def _repeated(window: bytearray, begin: int, length: int, place: int) -> bytes:
    """A copy may run into what it is itself writing."""
    copied = bytearray()
    for step in range(length):
        source = (begin + step) % _WINDOW
        behind = (source - place) % _WINDOW
        copied.append(copied[behind] if behind < step else window[source])
    return bytes(copied)


def _words(rtf: bytes) -> str:
    said: list[str] = []
    silent: list[bool] = [False]
    letters = 0
    for token in _TOKEN.finditer(rtf):
        word, number, octet, sign, brace, plain = token.groups()
        if brace == b"{" and len(silent) < _MOST_GROUPS:
            silent.append(silent[-1])
        elif brace == b"}" and len(silent) > 1:
            silent.pop()
        elif word in _UNSAID or sign == b"*":
            silent[-1] = True
        elif word == b"htmlrtf":
            silent[-1] = number != b"0"
        elif not silent[-1]:
            if letters and (octet or plain):
                letters -= 1
                plain = plain[1:] if plain else None
                octet = None
            said.append(_said(word, number, octet, sign, plain))
            letters = 1 if word == b"u" and number else letters
    return "".join(said)


def _said(
    word: bytes | None, number: bytes | None, octet: bytes | None, sign: bytes | None, plain: bytes | None
) -> str:
    if plain is not None:
        return plain.decode("cp1252", "replace")
    if octet is not None:
        return bytes([int(octet, 16)]).decode("cp1252", "replace")
    if word == b"u" and number:
        code = int(number) % 65536
        return "" if 0xD800 <= code < 0xE000 else chr(code)
    if sign is not None:
        return {b"~": " ", b"_": "-", b"-": ""}.get(sign, sign.decode("latin-1"))
    return _BREAKS.get(word or b"", _SIGNS.get(word or b"", ""))
