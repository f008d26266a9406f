"""Bytes and encoded words into text, whatever the charset claims. Never raises.

    declared, and what the bytes can be ─▶ strict UTF-8 ─▶ declared, a few bytes damaged ─▶ UTF-8, the rest cp1252

Only charsets of this list are looked up: Python also knows `bz2_codec`, `rot13`, `unicode_escape` and `idna`, which
are no charsets of mail (dangers.md §8.42). Latin-1 is read as cp1252, as browsers do; what says Latin-1 and is
strict UTF-8 is UTF-8, for text that happens to be both is hardly ever written. Charsets that switch by escape
sequences are read as far as they go. What is damaged costs itself: damaged.py.
"""

import binascii
import codecs
import re
from functools import lru_cache

from channels.cleaning import clean_line, clean_text
from channels.mail.damaged import by_its_zeros, in_spite_of_damage, with_whole_pairs

_LONGEST_CHARSET = 40
_CHARSETS_TABLE = """
    utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be cp437 cp737 cp775 cp850 cp852 cp855
    cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp932 cp949 cp950 cp1250 cp1251 cp1252
    cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7
    iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman
    tis-620 big5 big5hkscs gb2312 gbk gb18030 hz shift_jis shift_jisx0213 euc_jp euc_kr johab iso2022_jp
    iso2022_jp_1 iso2022_jp_2 iso2022_jp_ext iso2022_kr
"""
_CHARSETS = frozenset(_CHARSETS_TABLE.split())
_SUPERSETS = {
    "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "iso8859-11": "cp874", "tis-620": "cp874", "iso8859-9": "cp1254", "iso2022_jp": "iso2022_jp_ext",
}  # fmt: skip
_OTHER_NAMES = {
    "ansi": "cp1252", "x-ansi": "cp1252", "cp-1252": "cp1252", "windows1252": "cp1252", "iso-latin-1": "cp1252",
    "x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-sjis": "cp932", "x-windows-949": "cp949", "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8", "utf": "utf-8", "unicode": "utf-8", "iso-8859-8-i": "iso8859-8", "x-mac-roman": "mac-roman",
    "cp-850": "cp850", "x-euc-jp": "euc_jp", "windows-31j": "cp932", "windows-874": "cp874", "x-x-big5": "big5hkscs",
}  # fmt: skip
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_SWITCHING = frozenset(
    {"hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "utf-7"}
)  # fmt: skip
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_BEGINNING = r"=\?[^?\s=]{0,60}\?[bBqQ]\?"
_ENCODED_WORD = re.compile(
    rf"=\?([^?\s]{{0,60}})\?([bBqQ])\?((?:[^?=]|\?(?!=|\Z)|=(?!{_BEGINNING[1:]}))*+)(?:\?=?|\Z|(?={_BEGINNING}))"
)
_META = re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 4_000
_DEEPEST = 2


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """Python's name of a charset we read, or None."""
    label = re.split(r"[*;,\s]", charset.strip().strip("\"'").strip(), maxsplit=1)[0].strip("\"'").lower()
    if not label.isascii() or not label.isprintable() or len(label) > _LONGEST_CHARSET:
        return None
    try:
        name = codecs.lookup(_OTHER_NAMES.get(label, label)).name
    except LookupError:
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _CHARSETS else None


def text_of(data: bytes, charset: str | None) -> str:
    codec = codec_of(charset) if charset else None
    if data.isascii() and codec not in _WIDE and codec not in _SWITCHING:
        if b"\x1b" not in data or not _JAPANESE.search(data):
            return data.decode("ascii")
        codec = "iso2022_jp_ext"
    codec = _by_the_bytes(data, codec)
    for candidate in _candidates(codec):
        try:
            return data.decode(candidate)
        except UnicodeDecodeError:
            continue
    if codec in _SWITCHING:
        return (with_whole_pairs(data) if codec.startswith("iso2022") else data).decode(codec, "replace")
    return in_spite_of_damage(data, codec)


def _by_the_bytes(data: bytes, codec: str | None) -> str | None:
    """The declared codec, unless the bytes themselves say what they are."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked or b"\0" not in data:
        return marked or codec
    return codec if codec and "32" in codec else by_its_zeros(data, told=codec in _WIDE) or codec


def _candidates(codec: str | None) -> tuple[str, ...]:
    if codec is None or codec == "cp1252" or codec in _WIDE:
        return ("utf-8", codec) if codec else ("utf-8",)
    return (codec,) if codec in _SWITCHING else (codec, "utf-8")


def mended(value: str) -> str:
    """A raw header value whose bytes that were no UTF-8 (kept as lone surrogates) are read."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return text_of(value.encode("utf-8", "surrogateescape"), None)
    return value


def decoded_words(value: str) -> str:
    """A header value with its encoded words (RFC 2047) decoded, wherever they stand; what is none stays as it is.

    A word without an end goes on to the next one, or to the end of the value. One encoded twice is decoded twice.
    """
    value = mended(value)
    for _ in range(_DEEPEST):
        if "=?" not in value or not _ENCODED_WORD.search(value):
            break
        value = _decoded_once(value)
    return value


def _decoded_once(value: str) -> str:
    """Neighbours of one charset are one run of bytes: some cut a character, or the base64 itself, in two."""
    text: list[str] = []
    run: list[re.Match[str]] = []
    end = 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        if run and (between.strip() or _kind(run[0]) != _kind(match)):
            text.append(_text_of_run(run))
            run = []
        if between.strip() or (not text and not run):
            text.append(between)
        run.append(match)
        end = match.end()
    if run:
        text.append(_text_of_run(run))
    return "".join(text) + value[end:]


def _kind(word: re.Match[str]) -> tuple[str, bool]:
    return word[1].lower(), word[2] in "bB"


def _text_of_run(run: list[re.Match[str]]) -> str:
    charset, is_base64 = _kind(run[0])
    octets = [word[3].encode("utf-8", "surrogateescape") for word in run]
    if not is_base64:
        return text_of(b"".join(binascii.a2b_qp(piece, header=True) for piece in octets), charset)
    if any(len(piece) % 4 for piece in octets[:-1]):
        octets = [b"".join(piece.rstrip(b"=") for piece in octets)]
    pieces = [_unpacked(piece) for piece in octets]
    if None in pieces:
        return "".join(word[0] for word in run)
    return text_of(b"".join(piece for piece in pieces if piece), charset)


def _unpacked(letters: bytes) -> bytes | None:
    try:
        return binascii.a2b_base64(letters + b"==")
    except binascii.Error:
        return None


def header_text(value: str, limit: int = 1000) -> str:
    """One clean line of text: encoded CR LF and other controls become a space (attack 34)."""
    line = decoded_words(value[: limit * 50])
    if line.isprintable():
        return " ".join(line[: limit * 4].split())[:limit].rstrip()
    return clean_line(line, limit)


def body_text(data: bytes, charset: str | None) -> str:
    """Clean text of many lines. Text that is printable all through, which most is, needs no cleaning."""
    text = text_of(data, charset)
    if text.replace("\n", "").isprintable():
        return text
    return clean_text(text).removeprefix("\ufeff")


def html_body_text(data: bytes, charset: str | None) -> str:
    """As `body_text`; where no charset, or only ASCII, was declared and it is no UTF-8, the HTML may name one."""
    if not data.isascii() and (charset is None or charset.lower() in {"us-ascii", "ascii"}):
        named = _META.search(data[:_META_WITHIN])
        if named and codec_of(named[1].decode("ascii")) not in _WIDE:
            charset = named[1].decode("ascii")
    return body_text(data, charset)
