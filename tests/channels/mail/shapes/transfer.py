"""Content-Transfer-Encodings: damaged, lying, mixed, unknown, and older ways of wrapping files."""

import base64
import binascii
import quopri

from tests.channels.mail.shapes.shape import html, parts, plain, written

TEXT = "Bom dia, não consigo emitir a nota fiscal."


def encoded(name, label, body, **expected):
    more = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {label}\n\n"
    return written(name, more + body, **(expected or {"text": TEXT}))


def b64(text, width=76):
    letters = base64.b64encode(text.encode()).decode()
    return "\n".join(letters[at : at + width] for at in range(0, len(letters), width))


def qp(text):
    return quopri.encodestring(text.encode()).decode()


def uu(data):
    return "".join(binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))


SHAPES = [
    encoded("base64 in one long line", "base64", b64(TEXT, 10_000)),
    encoded("base64 without its padding", "base64", b64(TEXT).rstrip("=")),
    encoded(
        "base64 with one letter too many",
        "base64",
        b64(TEXT).rstrip("=") + "A",
        has=["Bom dia, não consigo emitir a nota"],
    ),
    encoded("base64 with signs of no meaning between", "base64", "!".join(b64(TEXT, 10).split("\n"))),
    encoded("base64 with spaces before each line", "base64", "  " + b64(TEXT, 20).replace("\n", "\n  ")),
    encoded("base64 with empty lines between", "base64", b64(TEXT, 20).replace("\n", "\n\n")),
    encoded("base64 cut off", "base64", b64(TEXT)[:30], has=["Bom dia, não consig"]),
    encoded("base64 for web addresses", "base64", "QcOnw6NvPz5-w78=", has=["Ação"]),
    encoded(
        "base64 with a list's footer in clear behind it",
        "base64",
        b64(TEXT) + "\n\n_______________________________________________\nLista de suporte\n",
        has=[TEXT],
    ),
    encoded(
        "base64 in pieces with padding within",
        "base64",
        b64("Bom dia,") + "\n" + b64(" tudo bem?"),
        text="Bom dia, tudo bem?",
    ),
    encoded("says base64, is plain text", "base64", TEXT),
    encoded("says base64, is quoted-printable", "base64", qp(TEXT), has=["Bom dia"]),
    encoded("base64 of nothing", "base64", "", text=""),
    encoded("base64 of padding only", "base64", "====", text=""),
    encoded("base64 encoded twice", "base64", b64(b64(TEXT)), has=[b64(TEXT)[:40]]),
    encoded("base64 under a name in quotes", '"base64"', b64(TEXT)),
    encoded("base64 under a name with a comment", "base64 (codificado)", b64(TEXT)),
    encoded("base64 under a name with a semicolon", "base64;", b64(TEXT)),
    encoded("base64 written BASE-64", "BASE-64", b64(TEXT)),
    encoded("quoted-printable with small letters", "quoted-printable", "n=c3=a3o abre", text="não abre"),
    encoded(
        "quoted-printable with signs that are no code",
        "quoted-printable",
        "100=% de =ZZ e =C3=A3",
        text="100=% de =ZZ e ã",
    ),
    encoded("quoted-printable that ends within a code", "quoted-printable", "tudo certo =C", has=["tudo certo"]),
    encoded(
        "quoted-printable with a space behind its soft break",
        "quoted-printable",
        "uma linha com= \nprida",
        text="uma linha comprida",
    ),
    encoded("quoted-printable with raw letters between", "quoted-printable", "não =C3=A9 assim", text="não é assim"),
    encoded("quoted-printable with its line ends encoded", "quoted-printable", "um=0D=0Adois", text="um\ndois"),
    encoded(
        "quoted-printable whose breaks cut letters in two", "quoted-printable", "a=C3=\n=A7=C3=\n=A3o", text="ação"
    ),
    encoded("quoted-printable with NUL", "quoted-printable", "antes=00depois", text="antesdepois"),
    encoded("quoted-printable under the name quoted_printable", "quoted_printable", qp(TEXT)),
    encoded(
        "says quoted-printable, is plain text with equals signs",
        "quoted-printable",
        "a = b, e https://x.example/?a=1&b=2",
        has=["a = b", "https://x.example/?a=1&b=2"],
    ),
    encoded("says 7bit, is 8bit", "7bit", TEXT),
    encoded("says 7bit, is quoted-printable all the same", "7bit", "n=C3=A3o", text="n=C3=A3o"),
    encoded("says binary", "binary", TEXT),
    encoded("encoding that nobody knows", "x-nunca-visto", TEXT),
    encoded("encoding utf-8", "utf-8", TEXT),
    encoded("encoding empty", "", TEXT),
    written(
        "two encodings, the first is right",
        plain(b64(TEXT), "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 8bit\n"),
        text=TEXT,
    ),
    written(
        "encoding of a multipart that does not apply",
        parts("mixed", plain(TEXT), more="\nContent-Transfer-Encoding: quoted-printable"),
        text=TEXT,
    ),
    written(
        "every part encoded another way",
        parts(
            "mixed",
            plain(qp("não"), "Content-Transfer-Encoding: quoted-printable\n"),
            plain(b64("ação"), "Content-Transfer-Encoding: base64\n"),
            plain("às três", "Content-Transfer-Encoding: 8bit\n"),
        ),
        text="não\n\nação\n\nàs três",
    ),
    written(
        "HTML in quoted-printable with its signs encoded",
        html("=3Cp=3En=C3=A3o abre=3C/p=3E", "Content-Transfer-Encoding: quoted-printable\n"),
        text="não abre",
    ),
    written(
        "file uuencoded within the text",
        f"\nSegue.\nbegin 644 nota.txt\n{uu(b'conteudo da nota')}`\nend\nObrigada.",
        has=["Segue.", "Obrigada."],
        lacks=["begin 644"],
        files=["nota.txt"],
        contents=[b"conteudo da nota"],
    ),
    written(
        "uuencoded file that never ends",
        f"\nSegue.\nbegin 644 nota.txt\n{uu(b'conteudo da nota')}",
        has=["Segue."],
    ),
    written(
        "the word begin at a line's beginning",
        "\nbegin 2026 com o pé direito\nabraço",
        text="begin 2026 com o pé direito\nabraço",
    ),
    written(
        "uuencoded part",
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: x-uuencode\n\n"
        f"begin 644 a.pdf\n{uu(b'%PDF-1.4 x')}`\nend\n",
        text="",
        files=["a.pdf"],
        contents=[b"%PDF-1.4 x"],
    ),
    written(
        "yEnc within the text stays text",
        "\nSegue.\n=ybegin line=128 size=4 name=a.bin\n\u00a1\u00a2\u00a3\u00a4\n=yend size=4\nObrigada.",
        has=["Segue.", "Obrigada."],
    ),
    written(
        "BinHex part is a file as it came",
        parts(
            "mixed",
            plain("Segue."),
            "Content-Type: application/mac-binhex40; name=nota.hqx\n\n"
            "(This file must be converted with BinHex 4.0)\n:$f*TEQKPH#jKFRG:",
        ),
        text="Segue.",
        files=["nota.hqx"],
    ),
    written(
        "file in base64 with a word of text behind it",
        parts(
            "mixed",
            plain("Segue."),
            "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQ=\n\nfim",
        ),
        text="Segue.",
        files=["a.pdf"],
        contents=[b"%PDF-1.4"],
    ),
]
