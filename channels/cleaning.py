"""Text of strangers made fit for a database, a terminal and a file label. Cleaned first, checked afterwards."""

import re
import unicodedata
from pathlib import PurePosixPath

MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029|\x85")
_TURNING = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)
_UNWANTED_IN_NAMES = re.compile(r'[<>:"|?*]')
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_COMPRESSED_TAR = frozenset({".gz", ".bz2", ".xz", ".zst"})
LONGEST_NAME_BYTES = 255
_LONGEST_LOOKED_AT = 4_000


def clean_text(text: str) -> str:
    """Line ends become LF; NUL, other controls and half surrogate pairs go. Tabs stay."""
    return _UNSTORABLE.sub("", _BREAKS.sub("\n", text))


def clean_line(text: str, limit: int = 1000) -> str:
    """One line: every run of white space and controls is one space; at most `limit` characters.

    Marks that turn the direction of writing go too: they make `gpj.exe` look like `exe.jpg`.
    """
    line = _UNSTORABLE.sub(" ", _BREAKS.sub(" ", text[: limit * 4])).translate(_TURNING)
    return " ".join(line.split())[:limit].rstrip()


def clean_file_name(name: str, otherwise: str = "anexo") -> str:
    """A label that is no path, hides nothing and is safe to save a file under anywhere: at most 255 bytes of UTF-8.

    Windows takes `CON .txt`, `COM¹` and `CONIN$` for devices, and drops dots and spaces at the end.
    """
    if len(name) > _LONGEST_LOOKED_AT:
        name = name[: _LONGEST_LOOKED_AT // 2] + name[-_LONGEST_LOOKED_AT // 2 :]
    visible = " ".join("".join(char for char in name if _shown(char)).split())
    last = _UNWANTED_IN_NAMES.sub("_", unicodedata.normalize("NFC", visible).replace("\\", "/")).rsplit("/", 1)[-1]
    bare = last.strip(" .")
    if not bare:
        return otherwise
    return _shortened(f"_{bare}" if _RESERVED.fullmatch(bare) else bare)


def _shown(char: str) -> bool:
    return char.isspace() or (char not in _BLANK and unicodedata.category(char) not in _INVISIBLE)


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST_NAME_BYTES:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix[:20]
    if suffix.lower() in _COMPRESSED_TAR and path.stem.lower().endswith(".tar"):
        suffix = path.stem[-4:] + suffix
    whole = name.encode()[: LONGEST_NAME_BYTES - len(suffix.encode())]
    return whole.decode(errors="ignore").rstrip(" .") + suffix
