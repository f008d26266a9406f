"""Subjects and names in encoded words: split wrongly, nested, unterminated, oversized, of several charsets."""

import base64

from tests.channels.mail.shapes.shape import DATE, FROM, ID, TO, octets, whole, written


def subject(name, line, expected, **more):
    """A mail whose Subject is this raw line."""
    return written(
        name, f"Subject: {line}\n\noi", head=FROM + TO + DATE + ID, **{"subject": expected, "text": "oi", **more}
    )


def b(data, charset="utf-8"):
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


AWAY = "Nota fiscal não emitida às três".encode()
LETTERS = base64.b64encode(AWAY).decode()
CUT = {"mail.cut": True}

SHAPES = [
    subject("a letter cut in two between words", "=?utf-8?q?a=C3?= =?utf-8?q?=A7=C3=A3o?=", "ação"),
    subject("a letter cut in two between base64 words", f"{b(AWAY[:17])} {b(AWAY[17:])}", AWAY.decode()),
    subject("a letter cut in two between folded words", f"{b(AWAY[:17])}\n {b(AWAY[17:])}", AWAY.decode()),
    subject("base64 itself cut between words", f"=?utf-8?B?{LETTERS[:10]}?= =?utf-8?B?{LETTERS[10:]}?=", AWAY.decode()),
    subject("a word without an end before another", "=?utf-8?q?n=C3=A3o =?utf-8?q?abre?=", "não abre"),
    subject("words side by side without a space", f"{b('não'.encode())}{b(b' abre')}", "não abre"),
    subject("words glued to plain text", f"Re:{b('não abre'.encode())}[urgente]", "Re:não abre[urgente]"),
    subject("a word within a word", "=?utf-8?q?=3D=3Futf-8=3Fq=3Fn=C3=A3o=3F=3D?=", "não"),
    subject("a word within a base64 word", b(b"=?iso-8859-1?q?n=E3o?="), "não"),
    subject(
        "words nested ten deep are read two deep",
        "".join(["=?utf-8?q?", "=3D=3Fx" * 10, "?="]),
        "=?x=?x=?x=?x=?x=?x=?x=?x=?x=?x",
    ),
    subject("a word that never ends", "=?utf-8?q?n=C3=A3o abre", "não abre"),
    subject("a base64 word that never ends", "=?utf-8?B?bsOjbyBhYnJl", "não abre"),
    subject("a word cut within its code", "=?utf-8?Q?n=C3=A3o_abre=?=", "não abre"),
    subject("a word with spaces in it", "=?utf-8?q?n=C3=A3o abre hoje?=", "não abre hoje"),
    subject("a base64 word with spaces in it", "=?utf-8?B?bsOj byBh YnJl?=", "não abre"),
    subject("a word folded in its middle", "=?utf-8?q?n=C3=A3o\n _abre?=", "não  abre".replace("  ", " ")),
    subject("a word with question marks in it", "=?utf-8?q?Abre?_Quando??=", "Abre? Quando?"),
    subject("a word longer than 75 characters", f"=?utf-8?q?{'=C3=A3' * 200}?=", "ã" * 200),
    subject("a word of 1 MB", f"=?utf-8?q?{'=C3=A3' * 170_000}?= fim", "ã" * 1000, traits=CUT),
    subject("100,000 words", "=?utf-8?q?=C3=A3?= " * 100_000, "ã" * 1000, traits=CUT),
    subject("an empty word", "antes =?utf-8?q??= depois", "antes depois"),
    subject("an empty base64 word", "=?utf-8?B??=", ""),
    subject("words of two charsets", "=?iso-8859-1?q?n=E3o?= =?utf-8?q?_abre_=C3=A0s?=", "não abre às"),
    subject("q and b in one subject", f"=?utf-8?q?n=C3=A3o_?= {b('abre às'.encode())}", "não abre às"),
    subject("charset unknown", "=?x-nunca-visto?q?n=C3=A3o?=", "não"),
    subject("charset empty", "=??q?n=C3=A3o?=", "não"),
    subject("charset with a language", "=?utf-8*pt-BR?q?n=C3=A3o?=", "não"),
    subject("charset lies", "=?utf-8?q?n=E3o_abre?=", "não abre"),
    subject("charset says Latin-1, is UTF-8", "=?iso-8859-1?q?n=C3=A3o?=", "não"),
    subject("charset is a codec trap", "=?rot13?q?abc?=", "abc"),
    subject("encoding unknown", "=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
    subject("small letters for the encoding", "=?UTF-8?b?bsOjbw==?=", "não"),
    subject("padding forgotten", "=?utf-8?B?bsOjbw?=", "não"),
    subject("padding too much", "=?utf-8?B?bsOjbw=====?=", "não"),
    subject("signs that are no base64", "=?utf-8?B?bsO!jbw==?=", "não"),
    subject("one letter of base64", "=?utf-8?B?w?=", "=?utf-8?B?w?="),
    subject("codes that are no hexadecimal", "=?utf-8?q?100=_de_=ZZ?=", "100= de =ZZ"),
    subject("NUL encoded", "=?utf-8?q?an=00tes?=", "an tes"),
    subject(
        "line ends encoded, a header injected", "=?utf-8?q?oi=0D=0ABcc:_x=40evil.example?=", "oi Bcc: x@evil.example"
    ),
    subject("ESC and colours encoded", "=?utf-8?q?=1B[31mvermelho?=", "[31mvermelho"),
    subject("line separators encoded", b("um\u2028dois".encode()), "um dois"),
    subject("direction of writing turned", b("nota\u202efdp.exe".encode()), "notafdp.exe"),
    subject("the mark of UTF-8 in a word", b("\ufeffnota".encode()), "nota"),
    subject("half a surrogate pair in a word", "=?utf-8?q?oi_=ED=A0=BD_fim?=", "oi í ½ fim"),
    subject("an emoji written as two surrogates", "=?utf-8?q?oi_=ED=A0=BD=ED=B8=80?=", "oi 😀"),
    subject("UTF-16 in a word", b("não".encode("utf-16-le"), "utf-16le"), "não"),
    subject(
        "ISO-2022-JP over two words",
        b("日本".encode("iso2022_jp"), "iso-2022-jp") + " " + b("語".encode("iso2022_jp"), "iso-2022-jp"),
        "日本語",
    ),
    subject("in quotation marks", '"=?utf-8?q?n=C3=A3o_abre?="', '"não abre"'),
    subject("half encoded, half raw UTF-8", "=?utf-8?q?n=C3=A3o?= às três", "não às três"),
    subject("raw UTF-8", "não às três 🎉", "não às três 🎉"),
    whole(
        "raw Latin-1 subject",
        octets(FROM + TO + DATE) + "Subject: não às três\r\n\r\noi".encode("latin-1"),
        subject="não às três",
        text="oi",
    ),
    whole(
        "raw koi8-r subject, charset declared for the body",
        octets(FROM + TO + DATE + "Content-Type: text/plain; charset=koi8-r\n")
        + "Subject: Добрый день\r\n\r\nда".encode("koi8-r"),
        subject="Добрый день",
        text="да",
    ),
    whole(
        "raw Latin-1 in some words, UTF-8 in others",
        octets(FROM + TO + DATE) + b"Subject: n\xe3o \xc3\xa0s\r\n\r\noi",
        subject="não às",
        text="oi",
    ),
    subject("HTML entities are what the sender wrote", "Nota n&atilde;o emitida", "Nota n&atilde;o emitida"),
    subject("quoted-printable without being a word", "n=C3=A3o abre", "n=C3=A3o abre"),
    subject("a percent-encoded word as RFC 2231 has it", "utf-8''n%C3%A3o", "utf-8''n%C3%A3o"),
    subject("only spaces", "   ", ""),
    subject("of 1,000,000 characters", "x" * 1_000_000, "x" * 1000, traits=CUT),
    subject("of 100,000 combining marks", "a" + "\u0301" * 100_000, "a" + "\u0301" * 999),
    subject("tabs and many spaces", "um\t\tdois     três", "um dois três"),
    subject("colour and bell", "um\x1b[31m\x07dois", "um [31m dois"),
]
