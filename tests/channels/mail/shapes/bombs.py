"""Mail that is made to cost: depth, parts, headers, sizes, containers. Read within bounds, and said to be cut."""

import base64
import struct
import zlib

from tests.channels.mail.shapes.shape import HEAD, octets, parts, plain, whole, written

CUT, DROPPED = {"mail.cut": True}, {"mail.parts_dropped": True}


def nested(kind, depth):
    return "".join(f"Content-Type: {kind}; boundary=b{n}\n\n--b{n}\n" for n in range(depth)) + plain("fundo")


def rtf(text):
    """A winmail.dat whose body is this, as compressed RTF that is not compressed."""
    body = text.encode("latin-1")
    packed = struct.pack("<IIII", len(body) + 12, len(body), 0x414C454D, 0) + body
    properties = struct.pack("<IIII", 1, 0x10090102, 1, len(packed)) + packed.ljust((len(packed) + 3) // 4 * 4, b"\0")
    attribute = (
        struct.pack("<BII", 1, 0x00069003, len(properties)) + properties + struct.pack("<H", sum(properties) & 0xFFFF)
    )
    data = struct.pack("<IH", 0x223E9F78, 1) + attribute
    return (
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(data).decode()
    )


SHAPES = [
    written("1,000 multiparts in one another", nested("multipart/mixed", 1_000), has=[], traits=DROPPED),
    written("1,000 alternatives in one another", nested("multipart/alternative", 1_000), has=[], traits=DROPPED),
    written(
        "30 levels of multiparts of one boundary",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000 + "\nfundo",
        has=[],
        traits=DROPPED,
    ),
    written(
        "10,000 parts", parts("mixed", *[plain("x")] * 10_000), begins=[("text", "x\n\nx")], has=[], traits=DROPPED
    ),
    written(
        "10,000 empty parts", "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n" * 10_000, has=[], traits=DROPPED
    ),
    written(
        "100,000 boundary lines that are none",
        parts("mixed", plain("--bx\n" * 100_000)),
        begins=[("text", "--bx\n")],
        has=[],
    ),
    written(
        "a boundary of one letter in a body full of it",
        "Content-Type: multipart/mixed; boundary=-\n\n" + "-" * 500_000,
        has=[],
    ),
    written("100,000 header fields", "X-A: b\n" * 100_000 + "\noi", has=["oi"], traits=CUT),
    written("a header of 10 MB", f"X-A: {'b' * 10_000_000}\n\noi", has=[], traits=CUT),
    written("a header folded 100,000 times", "X-A: b" + "\n c" * 100_000 + "\n\noi", has=["oi"], traits=CUT),
    written("a field name of 1 MB", f"{'X' * 1_000_000}: b\n\noi", text="oi"),
    written("100,000 parameters", "Content-Type: text/plain" + "; a=b" * 100_000 + "\n\noi", text="oi", traits=CUT),
    written(
        "100,000 RFC 2231 pieces",
        "Content-Type: text/plain" + "".join(f"; a*{n}*=%41" for n in range(100_000)) + "\n\noi",
        text="oi",
        traits=CUT,
    ),
    written("parentheses only, for a recipient", f"Cc: {'(' * 200_000}\n\noi", text="oi"),
    written("quotation marks only, for a recipient", "Cc: " + '"a' * 100_000 + "\n\noi", text="oi"),
    written("angle brackets only, for a recipient", "Cc: " + "<" * 200_000 + "\n\noi", text="oi"),
    written("at signs only, for a recipient", "Cc: " + "a@" * 100_000 + "\n\noi", text="oi"),
    written("colons only, for a recipient", "Cc: " + "a:" * 100_000 + ";" * 100_000 + "\n\noi", text="oi", traits=CUT),
    written(
        "20 MB in base64 as text",
        "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"x" * 15_000_000).decode(),
        begins=[("text", "xxx")],
        has=[],
        traits=CUT,
    ),
    written("base64 of nothing, 5 MB", "Content-Transfer-Encoding: base64\n\n" + "=" * 5_000_000, has=[]),
    written(
        "base64 with a sign of no meaning after every letter",
        "Content-Transfer-Encoding: base64\n\n" + "Q!" * 1_000_000,
        has=[],
    ),
    written(
        "quoted-printable of soft breaks only",
        "Content-Transfer-Encoding: quoted-printable\n\n" + "=\n" * 1_000_000,
        text="",
    ),
    written(
        "quoted-printable of equals signs only",
        "Content-Transfer-Encoding: quoted-printable\n\n" + "=" * 2_000_000,
        has=[],
    ),
    written(
        "a file of 20 MB",
        parts(
            "mixed",
            plain("Segue."),
            "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(bytes(15_000_000)).decode(),
        ),
        text="Segue.",
        files=["a.pdf"],
    ),
    written(
        "a zip bomb is a file",
        parts(
            "mixed",
            plain("Segue."),
            "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(zlib.compress(bytes(50_000_000))).decode(),
        ),
        text="Segue.",
        files=["a.zip"],
    ),
    written(
        "RTF groups, 200,000 deep",
        parts("mixed", rtf("{\\rtf1 " + "{" * 200_000 + "fundo")),
        has=[],
        files=["winmail.dat"],
    ),
    written(
        "RTF of one word of 900 kB",
        parts("mixed", rtf("{\\rtf1 oi \\" + "a" * 900_000 + "}")),
        has=["oi"],
        files=["winmail.dat"],
    ),
    written("500,000 combining marks", plain("a" + "\u0301" * 500_000), begins=[("text", "a\u0301\u0301")], has=[]),
    written("200,000 lines with a sign of quotation", plain("> \n" * 200_000), has=[]),
    written("a quotation 10,000 deep", plain(">" * 10_000 + " fundo\n" * 50), has=["fundo"]),
    written("100,000 attributions", plain("Em 1 de mar, Ana escreveu:\n" * 100_000), has=["Ana escreveu"], traits=CUT),
    written("1,000,000 dashes", plain("-" * 1_000_000), begins=[("text", "---")], has=[]),
    written("1,000,000 spaces", plain(" " * 1_000_000 + "fim"), has=["fim"]),
    written(
        "5,000 links", plain("https://x.example/?a=b&c=d " * 5_000), begins=[("text", "https://x.example/")], has=[]
    ),
    written(
        "a link of 1 MB",
        plain("https://x.example/" + "a." * 500_000),
        begins=[("text", "https://x.example/a.a.")],
        has=[],
    ),
    written("1,000 uuencoded files", plain("begin 644 a\n#86)C\n`\nend\n" * 1_000), has=[], files=["a"] * 1_000),
    written("100,000 times the word begin", plain("begin 644 a\n" * 100_000), has=["begin 644 a"]),
    written(
        "a calendar of 5 MB",
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "SUMMARY:Visita\n" * 300_000,
        has=["Visita"],
        files=["anexo-1.ics"],
        traits=CUT,
    ),
    written(
        "a calendar folded 1,000,000 times",
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a" + "\n b" * 60_000,
        has=["a"],
        files=["anexo-1.ics"],
    ),
    written(
        "a delivery report with 50,000 recipients",
        parts(
            "report",
            plain("não entregue"),
            "Content-Type: message/delivery-status\n\n"
            + "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\n" * 50_000,
            more="; report-type=delivery-status",
        ),
        has=["não entregue"],
        files=["anexo-1.txt"],
        automated="bounce",
        traits={"mail.automated_by": "delivery report"} | CUT,
    ),
    written(
        "10,000 Authentication-Results",
        "Authentication-Results: mx.exemplo.com; dkim=pass header.d=x.example\n" * 9_000 + "\noi",
        text="oi",
    ),
    written("100,000 words of one letter", plain("a " * 500_000), begins=[("text", "a a a")], has=[]),
    whole("1,000,000 line ends before the header", octets("\n" * 1_000_000 + HEAD + "\noi"), has=[]),
    whole("25 MB without a line end", octets(HEAD + "\n") + b"x" * 25_000_000, has=[], traits=CUT),
    whole("25 MB of line ends", octets(HEAD + "\n") + b"\r\n" * 12_500_000, has=[]),
    whole("25 MB of CR", octets(HEAD + "\n") + b"\r" * 25_000_000, has=[]),
]
