"""Bytes and encoded words into text, whatever the charset claims. Never raises.

    charset declared and known to be one of text ─▶ strict UTF-8 ─▶ cp1252, undefined bytes replaced

Only charsets of this list are looked up: Python also knows `bz2_codec`, `rot13`, `unicode_escape`, `idna` and
utf-7, which are no charsets of honest mail (dangers.md §8.42). Latin-1 is read as cp1252, as browsers do.
"""

import binascii
import codecs
import re
from functools import lru_cache

from channels.cleaning import clean_line, clean_text

_LONGEST_CHARSET = 40
_CHARSETS_TABLE = """
    utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be cp437 cp737 cp775 cp850 cp852 cp855
    cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp932 cp949 cp950 cp1250 cp1251 cp1252
    cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7
    iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman
    tis-620 big5 big5hkscs gb2312 gbk gb18030 hz shift_jis shift_jisx0213 euc_jp euc_kr johab iso2022_jp
    iso2022_jp_1 iso2022_jp_2 iso2022_jp_ext iso2022_kr
"""
_CHARSETS = frozenset(_CHARSETS_TABLE.split())
_SUPERSETS = {"iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_NOT_ASCII_BASED = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_SEVEN_BIT = frozenset({"hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr"})
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """Python's name of a charset we read, or None."""
    label = charset.partition("*")[0].strip().strip("\"'").lower()
    if not label.isascii() or not label.isprintable() or len(label) > _LONGEST_CHARSET:
        return None
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _CHARSETS else None


def text_of(data: bytes, charset: str | None) -> str:
    codec = codec_of(charset) if charset else None
    if data.isascii() and codec not in _NOT_ASCII_BASED and codec not in _SEVEN_BIT:
        return data.decode("ascii")
    for candidate in (codec, "utf-8"):
        if candidate is not None:
            try:
                return data.decode(candidate)
            except UnicodeDecodeError:
                continue
    return data.decode("cp1252", "replace")


def mended(value: str) -> str:
    """A raw header value whose bytes that were no UTF-8 (kept as lone surrogates) are read as cp1252."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return value


def decoded_words(value: str) -> str:
    """A header value with its encoded words (RFC 2047) decoded, wherever they stand; broken ones stay as they are."""
    value = mended(value)
    if "=?" not in value:
        return value
    text, end = [], 0
    run: tuple[str, bytes] | None = None
    for match in _ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        data = _word_bytes(match[2], match[3])
        if run and (between.strip() or run[0] != match[1].lower() or data is None):
            text.append(text_of(run[1], run[0]))
            run = None
        if between.strip() or (not text and not run):
            text.append(between)
        if data is None:
            text.append(match[0])
        else:
            run = (match[1].lower(), (run[1] if run else b"") + data)
        end = match.end()
    if run:
        text.append(text_of(run[1], run[0]))
    return "".join(text) + value[end:]


def header_text(value: str, limit: int = 1000) -> str:
    """One clean line of text: encoded CR LF and other controls become a space (attack 34)."""
    line = decoded_words(value)
    if line.isprintable():
        return " ".join(line[: limit * 4].split())[:limit].rstrip()
    return clean_line(line, limit)


def body_text(data: bytes, charset: str | None) -> str:
    """Clean text of many lines. Text that is printable all through, which most is, needs no cleaning."""
    text = text_of(data, charset)
    if text.replace("\n", "").isprintable():
        return text
    return clean_text(text)


def _word_bytes(encoding: str, text: str) -> bytes | None:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:
        return None
