"""What a file is by its own bytes, whatever its name and its sender call it. Never raises.

    begins with a known sign ─▶ that type; a ZIP, OLE, RIFF or ISO container: by what it says of its contents
    begins like HTML, SVG or XML, or with the first line of a vCard, a calendar, a script ─▶ that type
    bytes that no text has   ─▶ None: not known, which is not the same as harmless
    anything else            ─▶ text/plain

The signs are those of the WHATWG MIME Sniffing Standard (§6, §7), and of what customers and attackers send beside
(Office, archives, programs, disk images). Names within an archive are looked at; nothing is ever unpacked.
"""

import re
from collections.abc import Callable

_PORTABLE_EXECUTABLE = "application/vnd.microsoft.portable-executable"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\0\0\1\0", "image/x-icon"),
    (0, b"%!PS", "application/postscript"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"PK\5\6", "application/zip"),
    (0, b"PK\7\x08PK\3\4", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\7", "application/vnd.rar"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (4, b"1AY&SY", "application/x-bzip2"),
    (0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (257, b"ustar", "application/x-tar"),
    (32769, b"CD001", "application/x-iso9660-image"),
    (0, b"conectix", "application/x-vhd"),
    (0, b"vhdxfile", "application/x-vhdx"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"dex\n03", "application/vnd.android.dex"),
    (0, b"\0asm", "application/wasm"),
    (0, b"\x4c\0\0\0\1\x14\2\0", "application/x-ms-shortcut"),
    (0, b"ITSF\3\0\0\0", "application/vnd.ms-htmlhelp"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"fLaC", "audio/flac"),
    (0, b"MThd\0\0\0\6", "audio/midi"),
    (0, b"FLV\1", "video/x-flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
)
_BITMAP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))
_MEDIA_TYPE = re.compile(rb"application/[a-z0-9.+-]{1,80}?(?=PK|[^a-z0-9.+-])")
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = (
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"qt  ", "video/quicktime"),
    (b"3g", "video/3gpp"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heif"),
    (b"avif", "image/avif"),
)
_IN_ZIP = (
    (b"word/vbaProject.bin", "application/vnd.ms-word.document.macroenabled.12"),
    (b"xl/vbaProject.bin", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (b"ppt/vbaProject.bin", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    (b"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    (b"word/document.xml", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation"),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_IN_OLE = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__nameid_version1.0", "application/vnd.ms-outlook"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("\5SummaryInformation", "application/x-ole-storage"),
)
_MARKUP = (
    (
        re.compile(rb"<!doctype html|<(?:html|head|script|iframe|body|title|style|meta)[\s>/]", re.IGNORECASE),
        "text/html",
    ),
    (re.compile(rb"<(?:h1|div|font|table|a|b|br|p|img|form|center|span)[\s>/]", re.IGNORECASE), "text/html"),
    (re.compile(rb"<svg[\s>]|<!doctype svg", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<\?xml\s"), "application/xml"),
    (re.compile(rb"#!\s?/"), "text/x-shellscript"),
    (re.compile(rb"begin:vcard", re.IGNORECASE), "text/vcard"),
    (re.compile(rb"begin:vcalendar", re.IGNORECASE), "text/calendar"),
)
_COMMENT = re.compile(rb"\s*<!--.{0,2000}?-->", re.DOTALL)
_ROOT = re.compile(rb"<(?:[a-z]{1,20}:)?(svg|html)[\s>]", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 4_096
_NAMES_WITHIN = 65_536
_MOST_COMMENTS = 5


def sniffed_type(content: bytes) -> str | None:
    if not content:
        return None
    known = next((kind for at, sign, kind in _SIGNS if content.startswith(sign, at)), None)
    return known or _contained(content) or _pdf_behind_noise(content) or _text(content)


def _contained(content: bytes) -> str | None:
    return next((read(content) for at, sign, read in _CONTAINERS if content.startswith(sign, at)), None)


def _zip(content: bytes) -> str:
    """ODF and EPUB say it in their first entry; the names of the others are in the list at the end."""
    if content.startswith(b"mimetypeapplication/", 30):
        said = _MEDIA_TYPE.match(content, 38)
        return said[0].decode() if said else "application/zip"
    names = content[:_SAMPLE] + content[-_NAMES_WITHIN:]
    return next((kind for name, kind in _IN_ZIP if name in names), "application/zip")


def _ole(content: bytes) -> str:
    """The header tells which sector the names of the streams are in."""
    shift = min(int.from_bytes(content[30:32], "little"), 20)
    begin = (int.from_bytes(content[48:52], "little") + 1) << shift
    names = content[begin : begin + _SAMPLE]
    found = (kind for name, kind in _IN_OLE if name.encode("utf-16-le") + b"\0\0" in names)
    return next(found, "application/x-ole-storage")


def _program(content: bytes) -> str | None:
    """`MZ` may begin a text; the header it points to does not stand in one."""
    at = int.from_bytes(content[60:64], "little")
    if content.startswith((b"PE\0\0", b"NE", b"LE"), at) or b"\0" in content[:64]:
        return _PORTABLE_EXECUTABLE
    return None


def _bitmap(content: bytes) -> str | None:
    """`BM` may begin a text, too."""
    return "image/bmp" if content[14:18] in _BITMAP_HEADERS else None


def _riff(content: bytes) -> str | None:
    return _RIFF.get(content[8:12])


def _ogg(content: bytes) -> str:
    return "audio/ogg" if b"OpusHead" in content[:100] or b"\1vorbis" in content[:100] else "application/ogg"


def _matroska(content: bytes) -> str:
    return "video/webm" if b"webm" in content[:100] else "video/x-matroska"


def _iso_media(content: bytes) -> str:
    brand = content[8:12]
    return next((kind for start, kind in _BRANDS if brand.startswith(start)), "video/mp4")


_CONTAINERS: tuple[tuple[int, bytes, Callable[[bytes], str | None]], ...] = (
    (0, b"PK\3\4", _zip),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _ole),
    (0, b"RIFF", _riff),
    (0, b"OggS", _ogg),
    (0, b"\x1a\x45\xdf\xa3", _matroska),
    (4, b"ftyp", _iso_media),
    (0, b"MZ", _program),
    (0, b"BM", _bitmap),
)


def _pdf_behind_noise(content: bytes) -> str | None:
    """Readers open a PDF whose sign stands anywhere in the first 1,024 bytes."""
    return "application/pdf" if b"%PDF-" in content[:1024] else None


def _text(content: bytes) -> str | None:
    sample = content[:_SAMPLE]
    mark = next((mark for mark in _MARKS if sample.startswith(mark)), b"")
    if mark in _MARKS[1:]:
        sample = sample[: len(sample) // 2 * 2].decode("utf-16", "replace").encode()
    if _NO_TEXT.search(sample):
        return None
    start = sample.removeprefix(_MARKS[0]).lstrip()
    for _ in range(_MOST_COMMENTS):
        comment = _COMMENT.match(start)
        if comment is None:
            break
        start = start[comment.end() :].lstrip() or b"<html>"
    kind = next((kind for sign, kind in _MARKUP if sign.match(start)), "text/plain")
    return _rooted(start) if kind == "application/xml" else kind


def _rooted(xml: bytes) -> str:
    root = _ROOT.search(xml)
    kinds = {b"svg": "image/svg+xml", b"html": "application/xhtml+xml"}
    return kinds[root[1].lower()] if root else "application/xml"
