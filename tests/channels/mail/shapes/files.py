"""Attachments: names that are paths, hide what they are or come in damaged pieces; types that lie."""

from tests.channels.mail.shapes.shape import parts, plain, written

ZWSP, RLO, BOM = "\u200b", "\u202e", "\ufeff"


def named(name, disposition, expected, content="%PDF-1.4", kind="application/octet-stream", **more):
    """A mail with one file under this Content-Disposition."""
    part = f"Content-Type: {kind}\nContent-Disposition: {disposition}\n\n{content}"
    return written(name, parts("mixed", plain("Segue."), part), text="Segue.", files=[expected], **more)


SHAPES = [
    named("path to a parent", 'attachment; filename="../../etc/passwd"', "passwd"),
    named("path with backslashes", r'attachment; filename="..\\..\\windows\\system.ini"', "system.ini"),
    named("absolute path", 'attachment; filename="/etc/passwd"', "passwd"),
    named("path of Windows", 'attachment; filename="C:\\\\fakepath\\\\nota.pdf"', "nota.pdf"),
    named("only dots", 'attachment; filename=".."', "anexo-1.bin"),
    named("only a dot file", 'attachment; filename=".htaccess"', "htaccess"),
    named(
        "a dot file behind an invisible letter",
        f'attachment; filename="{ZWSP}.htaccess"',
        "htaccess",
        originals=[f"{ZWSP}.htaccess"],
    ),
    named("a dot file behind UTF-8's mark", f'attachment; filename="{BOM}.htaccess"', "htaccess"),
    named("direction turned", f'attachment; filename="nota{RLO}fdp.exe"', "notafdp.exe"),
    named("NUL within", 'attachment; filename="nota.pdf\x00.exe"', "nota.pdf.exe"),
    named("NUL encoded", "attachment; filename*=utf-8''nota.pdf%00.exe", "nota.pdf.exe"),
    named("line ends encoded", "attachment; filename*=utf-8''nota%0D%0ABcc:x.pdf", "nota Bcc_x.pdf"),
    named("a device of Windows", 'attachment; filename="CON"', "_CON"),
    named("a device of Windows with an extension", 'attachment; filename="aux.txt"', "_aux.txt"),
    named("dot and space at the end", 'attachment; filename="nota.pdf. . "', "nota.pdf"),
    named("empty", 'attachment; filename=""', "anexo-1.bin"),
    named("only spaces", 'attachment; filename="   "', "anexo-1.bin"),
    named("no name at all", "attachment", "anexo-1.bin"),
    named("unquoted with spaces", "attachment; filename=nota fiscal de março.pdf", "nota fiscal de março.pdf"),
    named("a quotation mark that never closes", 'attachment; filename="nota.pdf', "nota.pdf"),
    named("semicolon within the quotation marks", 'attachment; filename="nota; fiscal.pdf"', "nota; fiscal.pdf"),
    named("signs no file system takes", 'attachment; filename="a<b>c:d|e?f*g.pdf"', "a_b_c_d_e_f_g.pdf"),
    named("slash in a word that is encoded", 'attachment; filename="=?utf-8?q?..=2F..=2Fnota.pdf?="', "nota.pdf"),
    named(
        "encoded words, which are not allowed here", 'attachment; filename="=?utf-8?q?a=C3=A7=C3=A3o.pdf?="', "ação.pdf"
    ),
    named("encoded words unquoted", "attachment; filename==?utf-8?q?a=C3=A7=C3=A3o.pdf?=", "ação.pdf"),
    named(
        "encoded words split over two", 'attachment; filename="=?utf-8?q?a=C3=A7?= =?utf-8?q?=C3=A3o.pdf?="', "ação.pdf"
    ),
    named("raw UTF-8", 'attachment; filename="ação.pdf"', "ação.pdf"),
    named("RFC 2231", "attachment; filename*=utf-8''a%C3%A7%C3%A3o.pdf", "ação.pdf"),
    named("RFC 2231 in Latin-1", "attachment; filename*=iso-8859-1''a%E7%E3o.pdf", "ação.pdf"),
    named("RFC 2231 without a charset", "attachment; filename*=''a%C3%A7%C3%A3o.pdf", "ação.pdf"),
    named("RFC 2231 whose charset lies", "attachment; filename*=utf-8''a%E7%E3o.pdf", "ação.pdf"),
    named("RFC 2231 without the apostrophes", "attachment; filename*=a%C3%A7%C3%A3o.pdf", "ação.pdf"),
    named("RFC 2231 in quotation marks", "attachment; filename*=\"utf-8''a%C3%A7%C3%A3o.pdf\"", "ação.pdf"),
    named("RFC 2231 codes that are none", "attachment; filename*=utf-8''100%ZZ%.pdf", "100%ZZ%.pdf"),
    named("RFC 2231 pieces", "attachment; filename*0=nota; filename*1=-fiscal; filename*2=.pdf", "nota-fiscal.pdf"),
    named(
        "RFC 2231 pieces out of order",
        "attachment; filename*2=.pdf; filename*0=nota; filename*1=-fiscal",
        "nota-fiscal.pdf",
    ),
    named("RFC 2231 pieces with a gap", "attachment; filename*0=nota; filename*2=.pdf", "nota.pdf"),
    named("RFC 2231 pieces that begin with 1", "attachment; filename*1=nota; filename*2=.pdf", "nota.pdf"),
    named("RFC 2231 pieces, one twice", "attachment; filename*0=nota; filename*0=outra; filename*1=.pdf", "nota.pdf"),
    named("RFC 2231 pieces with leading zeros", "attachment; filename*00=nota; filename*01=.pdf", "nota.pdf"),
    named(
        "RFC 2231 pieces, some encoded",
        "attachment; filename*0*=utf-8''a%C3%A7; filename*1=ao; filename*2*=%20x.pdf",
        "açao x.pdf",
    ),
    named("RFC 2231 pieces that cut a letter", "attachment; filename*0*=utf-8''a%C3; filename*1*=%A7.pdf", "aç.pdf"),
    named("RFC 2231 piece of number 99,999,999", "attachment; filename*99999999=nota.pdf", "nota.pdf"),
    named(
        "plain name and RFC 2231 name", "attachment; filename=feio.pdf; filename*=utf-8''a%C3%A7%C3%A3o.pdf", "ação.pdf"
    ),
    named("name only in Content-Type", "attachment", "nota.pdf", kind='application/pdf; name="nota.pdf"'),
    named(
        "two names that differ", 'attachment; filename="nota.pdf"', "nota.pdf", kind='application/pdf; name="outra.exe"'
    ),
    named("disposition in other letters", 'ATTACHMENT; FILENAME="nota.pdf"', "nota.pdf"),
    named("disposition unknown", 'anexo; filename="nota.pdf"', "nota.pdf"),
    named("disposition with its semicolon forgotten", 'attachment filename="nota.pdf"', "nota.pdf"),
    named("disposition only a name", 'filename="nota.pdf"', "nota.pdf"),
    named(
        "type text/html, says it is a picture's name",
        'attachment; filename="logo.png"',
        "logo.png",
        kind="text/html",
        content="<script>alert(1)</script>",
    ),
    named("two extensions", 'attachment; filename="nota.pdf.exe"', "nota.pdf.exe"),
    named("many spaces before the extension", f'attachment; filename="nota.pdf{" " * 200}.exe"', "nota.pdf .exe"),
    written(
        "the same name twice",
        parts(
            "mixed",
            plain("Segue."),
            *["Content-Type: application/pdf; name=nota.pdf\n\n" + word for word in ("um", "dois")],
        ),
        text="Segue.",
        files=["nota.pdf", "nota.pdf"],
        contents=[b"um", b"dois"],
    ),
    written(
        "an empty file",
        parts("mixed", plain("Segue."), "Content-Type: application/pdf; name=nota.pdf\n\n"),
        text="Segue.",
        files=["nota.pdf"],
        contents=[b""],
    ),
    written(
        "1,000 files",
        parts("mixed", plain("Segue."), *["Content-Type: application/pdf; name=a.pdf\n\nx"] * 1_200),
        text="Segue.",
        files=["a.pdf"] * 998,
        traits={"mail.parts_dropped": True},
    ),
]
