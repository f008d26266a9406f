"""Charsets that are unknown, wrong, lying or traps, and text that is of several."""

import base64

from tests.channels.mail.shapes.shape import HEAD, html, octets, parts, pdf, plain, whole, written

ACAO = "Ação às três"


def charset(name, declared, data, **expected):
    """A text/plain body of these bytes under this charset."""
    kind = f"Content-Type: text/plain; charset={declared}\n" if declared is not None else ""
    return whole(name, octets(HEAD + kind + "\n") + data, **(expected or {"text": ACAO}))


def in_base64(name, declared, data, **expected):
    head = HEAD + f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: base64\n\n"
    return whole(name, octets(head) + base64.encodebytes(data), **(expected or {"text": ACAO}))


SHAPES = [
    charset("no charset and UTF-8", None, ACAO.encode()),
    charset("no charset and Latin-1", None, ACAO.encode("latin-1")),
    charset("no charset and cp1252's own letters", None, "“Ação” – 5 €".encode("cp1252"), text="“Ação” – 5 €"),
    charset("says us-ascii, is UTF-8", "us-ascii", ACAO.encode()),
    charset("says us-ascii, is Latin-1", "us-ascii", ACAO.encode("latin-1")),
    charset("says UTF-8, is Latin-1", "utf-8", ACAO.encode("latin-1")),
    charset("says Latin-1, is UTF-8", "iso-8859-1", ACAO.encode()),
    charset("says Latin-1, is cp1252", "iso-8859-1", "“Ação”".encode("cp1252"), text="“Ação”"),
    charset("says UTF-8, one byte is broken", "utf-8", "Ação".encode() + b"\xff fim", has=["fim", "A"]),
    charset(
        "UTF-8 broken off in the middle of a letter",
        "utf-8",
        "Está tudo certo, ação".encode()[:-2],
        has=["Está tudo certo, a"],
    ),
    charset(
        "UTF-8 with one line of Latin-1, as forwarding scripts write",
        "utf-8",
        "Não abre.\r\n".encode() + "Não fecha.".encode("latin-1"),
        text="Não abre.\nNão fecha.",
    ),
    charset("unknown charset and UTF-8", "x-nunca-visto", ACAO.encode()),
    charset("unknown charset and Latin-1", "x-unknown", ACAO.encode("latin-1")),
    charset("charset none", "none", ACAO.encode()),
    charset("charset empty", '""', ACAO.encode()),
    charset("charset in quotes with a space", '" UTF-8 "', ACAO.encode()),
    charset("charset in single quotes", "'iso-8859-1'", ACAO.encode("latin-1")),
    charset("charset twice in one", "utf-8, iso-8859-1", ACAO.encode()),
    charset("charset with a NUL", "utf\x00-8", ACAO.encode()),
    charset("charset of 100,000 letters", "x" * 100_000, ACAO.encode()),
    charset("charset named as Python names it", "cp-1252", ACAO.encode("cp1252")),
    charset("charset windows1252 without its dash", "windows1252", ACAO.encode("cp1252")),
    charset("charset utf8", "utf8", ACAO.encode()),
    charset("charset UTF_8", "UTF_8", ACAO.encode()),
    charset("charset iso-8859-8-i", "iso-8859-8-i", "שלום".encode("iso8859-8"), text="שלום"),
    charset("trap charset rot13", "rot13", b"Bom dia", text="Bom dia"),
    charset("trap charset bz2_codec", "bz2_codec", b"Bom dia", text="Bom dia"),
    charset("trap charset unicode_escape", "unicode_escape", rb"Bom \u0000 dia", text=r"Bom \u0000 dia"),
    charset("trap charset idna", "idna", b"xn--ls8h.la", text="xn--ls8h.la"),
    charset("trap charset base64_codec", "base64_codec", b"Qm9tIGRpYQ==", text="Qm9tIGRpYQ=="),
    charset("UTF-7 read as such", "utf-7", "Ação às três".encode("utf-7")),
    charset("UTF-7 broken", "utf-7", b"Bom dia +//// +AOM- fim", has=["Bom dia", "fim"]),
    charset(
        "UTF-7 that hides a script is text",
        "utf-7",
        b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        text="<script>alert(1)</script>",
    ),
    in_base64("UTF-16 with its mark", "utf-16", ACAO.encode("utf-16")),
    in_base64("UTF-16 without a mark, little end first", "utf-16", ACAO.encode("utf-16-le")),
    in_base64("UTF-16 without a mark, big end first", "utf-16", ACAO.encode("utf-16-be")),
    in_base64("UTF-16LE with a mark that it must not have", "utf-16le", b"\xff\xfe" + ACAO.encode("utf-16-le")),
    in_base64("UTF-16 cut in the middle of a letter", "utf-16le", ACAO.encode("utf-16-le")[:-1], has=["Ação às trê"]),
    in_base64("says UTF-16, is UTF-8", "utf-16", ACAO.encode()),
    in_base64("says UTF-8, is UTF-16 with a mark", "utf-8", ACAO.encode("utf-16")),
    in_base64("says UTF-8, is UTF-16 without a mark", "utf-8", ACAO.encode("utf-16-le")),
    in_base64(
        "no word of UTF-16 that has no mark",
        "us-ascii",
        "Bom dia, tudo bem?".encode("utf-16-le"),
        text="Bom dia, tudo bem?",
    ),
    in_base64(
        "half a surrogate pair in UTF-16",
        "utf-16le",
        "oi ".encode("utf-16-le") + b"\x3d\xd8" + " fim".encode("utf-16-le"),
        has=["oi ", "fim"],
    ),
    in_base64("surrogates written as UTF-8", "utf-8", b"oi \xed\xa0\xbd\xed\xb8\x80 fim", has=["oi ", " fim"]),
    in_base64("UTF-32", "utf-32", ACAO.encode("utf-32")),
    charset("UTF-8 with a mark", "utf-8", b"\xef\xbb\xbf" + ACAO.encode()),
    charset("ISO-2022-JP", "iso-2022-jp", "こんにちは".encode("iso2022_jp"), text="こんにちは"),
    charset(
        "ISO-2022-JP that never switches back",
        "iso-2022-jp",
        "こんにちは".encode("iso2022_jp").removesuffix(b"\x1b(B"),
        text="こんにちは",
    ),
    charset("ISO-2022-JP with half a letter", "iso-2022-jp", b"oi \x1b$B$3$s$\x1b(B fim", has=["oi こん", "fim"]),
    charset("ISO-2022-JP with an escape nobody knows", "iso-2022-jp", b"oi \x1b$Zxx\x1b(B fim", has=["oi", "fim"]),
    charset("ISO-2022-JP escapes under another name", "us-ascii", "こんにちは".encode("iso2022_jp"), text="こんにちは"),
    charset("Shift JIS", "shift_jis", "日本語のメール".encode("shift_jis"), text="日本語のメール"),
    charset("gb2312 with letters only GBK has", "gb2312", "中文，镕".encode("gbk"), text="中文，镕"),
    charset("Big5", "big5", "繁體中文".encode("big5"), text="繁體中文"),
    charset("koi8-r", "koi8-r", "Добрый день".encode("koi8-r"), text="Добрый день"),
    charset("DOS letters cp850", "cp850", ACAO.encode("cp850")),
    charset("Macintosh letters", "macintosh", ACAO.encode("mac-roman")),
    charset("bytes that are of no charset at all", "utf-8", bytes(range(128, 160)), has=["€"]),
    written(
        "every part of another charset",
        b"".join(
            [
                octets(
                    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\n\n"
                ),
                "Ação um".encode("latin-1"),
                octets("\n--b\nContent-Type: text/plain; charset=utf-8\n\n"),
                "Ação dois".encode(),
                octets("\n--b\nContent-Type: text/plain; charset=koi8-r\n\n"),
                "Добрый".encode("koi8-r"),
                octets("\n--b--\n"),
            ]
        ),
        text="Ação um\n\nAção dois\n\nДобрый",
    ),
    whole(
        "HTML names its charset where the mail does not",
        octets(HEAD + "Content-Type: text/html\n\n<meta charset=windows-1252><p>") + ACAO.encode("cp1252") + b"</p>",
        text=ACAO,
    ),
    whole(
        "HTML names a charset and the mail another that is right",
        octets(HEAD + "Content-Type: text/html; charset=utf-8\n\n<meta charset=koi8-r><p>") + ACAO.encode() + b"</p>",
        text=ACAO,
    ),
    whole(
        "HTML says UTF-16 in ASCII letters",
        octets(HEAD + "Content-Type: text/html\n\n<meta charset=utf-16><p>") + ACAO.encode() + b"</p>",
        text=ACAO,
    ),
    written("mojibake that the sender already had is left", plain("AÃ§Ã£o"), text="AÃ§Ã£o"),
    written("letters and their accents apart", plain("Ac\u0327a\u0303o"), has=["A"]),
    written(
        "no-break spaces and soft hyphens", html("<p>Bom\u00a0dia, in\u00adfor\u00admo</p>"), text="Bom dia, informo"
    ),
    written(
        "a file of Latin-1 beside text of UTF-8",
        parts("mixed", plain(ACAO), pdf("a.pdf", "x")),
        text=ACAO,
        files=["a.pdf"],
    ),
]
