"""PGP within a text (RFC 4880 §7): what was signed in clear, without its wrapping; whether anything is sealed."""

import re

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_WRAPPED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,40}:[^\n]*\n)*\n?(.*?)"
    r"(?:^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----[ \t]*\n?|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SEALED = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_ESCAPED = re.compile(r"^- ", re.MULTILINE)
_MOST = 10


def holds_sealed(text: str) -> bool:
    return "-----BEGIN PGP MESSAGE-----" in text and bool(_SEALED.search(text))


def without_signature_wrapping(text: str) -> str:
    if _SIGNED not in text:
        return text
    return _WRAPPED.sub(lambda wrapped: _ESCAPED.sub("", wrapped[1]), text, count=_MOST)
