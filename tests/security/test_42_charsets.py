"""Attack 42: charsets that are unknown, traps, broken or dangerous: text, and no exception."""

import base64

import pytest

TRAPS = [
    "x-nunca-visto", "utf-7", "bz2_codec", "bz2", "zlib_codec", "hex", "base64_codec", "uu", "quopri", "rot13",
    "rot_13", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem", "palmos",
    "utf-8\x00", "\x00", "iso-2022-jp", "iso-2022-kr", "hz", "utf-16", "utf-32", "cp65001", "none", "", "'", '"',
    "../../etc/passwd", "x" * 5_000, "os.system", "ç", "🎉", "%s%n", "{0}", "utf-8; charset=rot13",
]  # fmt: skip
BYTES = {
    "ascii": b"Bom dia, tudo bem por ai?",
    "utf-8": "Bom dia, ação às três".encode(),
    "latin-1": "Bom dia, ação às três".encode("latin-1"),
    "broken iso-2022-jp": b"Bom dia \x1b$B$3$\x1b(B fim \x1b$B\xff\xfe",
    "broken utf-7": b"Bom dia +AOM +//// +2D3eAA- ~{",
    "every byte": bytes(range(256)),
    "escapes": rb"Bom dia \x00 \u0000 \N{BELL} =00 %00",
}


@pytest.mark.parametrize("octets", BYTES)
async def test_every_charset_gives_text_in_body_subject_name_and_file_name(house, octets):
    content = BYTES[octets]
    letters = base64.b64encode(content).decode()
    receipts = []
    for charset in TRAPS:
        word = f"=?{charset}?B?{letters}?="
        head = f"From: {word} <ana@cliente.example>\r\nTo: suporte@exemplo.com.br\r\nSubject: {word}\r\n"
        kind = (
            f'Content-Type: text/plain; charset="{charset}"; name="{word}"\r\nContent-Transfer-Encoding: base64\r\n'
            f"Content-Disposition: inline\r\n"
        )
        receipts.append(await house.mail(letters, head=head, headers=kind))
    outcomes = await house.work()
    messages = [message for ticket in await house.tickets() for message in ticket["messages"]]

    assert {str(outcome.fate) for outcome in outcomes} == {"done"}
    assert len(outcomes) == len({receipt.raw_id for receipt in receipts})
    for message in messages:
        words = f"{message['text']}{message['sender']['name']}"
        assert "\x00" not in words
        assert words.encode().decode() == words
    if octets in {"ascii", "utf-8", "latin-1"}:
        told = [message for message in messages if "Bom dia" in message["text"]]
        assert (
            len(told) >= len(messages) - 6
        )  # wide charsets that are declared and are not so are read as best they can
