"""Files that Messenger and Instagram take, and as what.

https://developers.facebook.com/docs/messenger-platform/instagram/features/attachment-upload

              picture                sound               film                       anything else
Messenger     8 MB                   25 MB               25 MB                      25 MB
Instagram     png, jpeg, gif  8 MB   aac, m4a, wav, mp4  mp4, ogg, avi, mov, webm   pdf 25 MB
"""

import unicodedata
from dataclasses import replace
from pathlib import PurePosixPath

from domain.interaction import Attachment
from domain.outgoing import Carriage

LARGEST, LARGEST_PICTURE = 25_000_000, 8_000_000
_INSTAGRAM = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "application/pdf",
        "audio/aac", "audio/mp4", "audio/x-m4a", "audio/m4a", "audio/wav", "audio/x-wav", "audio/vnd.wave",
        "video/mp4", "video/ogg", "video/x-msvideo", "video/avi", "video/quicktime", "video/webm",
    }
)  # fmt: skip


def kind_of(file: Attachment) -> str:
    """What Meta calls it."""
    kind = file.content_type.partition("/")[0]
    return kind if kind in {"image", "audio", "video"} else "file"


def objection(to: str, file: Attachment) -> str | None:
    if to.startswith("instagram/") and file.content_type not in _INSTAGRAM:
        return f"Instagram takes pictures (PNG, JPEG, GIF), sounds, films and PDF, and not {file.content_type}"
    too_large = kind_of(file) == "image" and file.size > LARGEST_PICTURE
    return f"it is larger than {LARGEST_PICTURE // 1_000_000} MB" if too_large else None


def plainly_named(file: Attachment) -> Attachment:
    """Instagram refuses names that are not ASCII."""
    path = PurePosixPath(file.name)
    stem, ending = _plain(path.stem), _plain(path.suffix)
    return replace(file, name=f"{stem if any(map(str.isalnum, stem)) else 'arquivo'}{ending}")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


CARRIAGE = Carriage(apart=True, largest=LARGEST, objection=objection)
