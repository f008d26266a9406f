"""What is said where a mail says nothing that can be read: a note on what came instead."""

from channels.cleaning import clean_text
from channels.mail.mime import Part

_SEALED = "[Mensagem cifrada ({how}): o conteúdo não pode ser lido aqui.]"
_FRAGMENT = "[Parte {number} de {total} de uma mensagem dividida; o arquivo está em anexo.]"
_ELSEWHERE = "[Arquivo guardado em outro lugar, que não foi buscado: {where}]"


def sealed_note(how: str) -> str:
    return _SEALED.format(how={"smime": "S/MIME", "pgp": "PGP"}[how])


def is_readable(data: bytes) -> bool:
    sample = data[:2_000]
    if not sample.strip():
        return False
    control = sum(octet < 32 and octet not in b"\t\n\r" for octet in sample)
    return control == 0 and b" " in sample


def note_on(part: Part) -> str:
    named = part.parameters
    if part.content_type == "message/partial":
        return clean_text(_FRAGMENT.format(number=named.get("number", "?")[:9], total=named.get("total", "?")[:9]))
    where = named.get("url") or " ".join(named[key] for key in ("access-type", "site", "name") if key in named)
    return clean_text(_ELSEWHERE.format(where=where[:500] or "?"))
