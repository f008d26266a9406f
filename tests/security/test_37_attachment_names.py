"""Attack 37: names of attachments that are paths, devices or lies: cleaned, then checked; on disk only hashes."""

import hashlib
import re

import pytest

BAD = re.compile(r'[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>:"|?*/\\]')
NAMES = {
    "parents": ("../../../etc/passwd", "passwd"),
    "parents of Windows": ("..\\..\\autoexec.bat", "autoexec.bat"),
    "absolute": ("/etc/shadow", "shadow"),
    "NUL": ("nota.pdf\x00.exe", "nota.pdf.exe"),
    "device": ("CON", "_CON"),
    "device with an extension": ("NUL.txt", "_NUL.txt"),
    "dot file behind U+200B": ("\u200b.htaccess", "htaccess"),
    "dot file behind U+FEFF": ("\ufeff.htaccess", "htaccess"),
    "direction turned": ("foto\u202egpj.exe", "fotogpj.exe"),
    "dot at the end": ("nota.pdf.", "nota.pdf"),
    "space at the end": ("nota.pdf ", "nota.pdf"),
    "only dots": ("...", "anexo-1.bin"),
}


def with_file(name, content="conteúdo"):
    return (
        "--b\r\nContent-Type: text/plain\r\n\r\nSegue.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{content}\r\n--b--'
    )


MIXED = 'Content-Type: multipart/mixed; boundary="b"\r\n'


@pytest.mark.parametrize("case", NAMES)
async def test_the_label_is_clean_and_the_file_is_named_by_its_hash(house, case):
    written, label = NAMES[case]
    escaped = written.replace("\\", "\\\\")
    ticket = await house.ticket_of(await house.mail(with_file(escaped), headers=MIXED))
    (file,) = ticket["messages"][0]["attachments"]

    assert file["name"] == label
    assert not BAD.search(file["name"])
    digest = hashlib.sha256("conteúdo".encode()).hexdigest()
    assert file["sha256"] == digest
    stored = [
        path for path in (house.folder / "var").rglob("*") if path.is_file() and digest[:2] == path.parent.parent.name
    ]
    assert [path.name for path in stored] == [digest]
    assert "\x00" not in (file["original_name"] or "")


async def test_300_bytes_keep_their_extension(house):
    ticket = await house.ticket_of(await house.mail(with_file("ç" * 300 + ".pdf"), headers=MIXED))
    (file,) = ticket["messages"][0]["attachments"]

    assert len(file["name"].encode()) <= 255
    assert file["name"].endswith(".pdf")


async def test_the_same_name_twice_is_two_files(house):
    part = 'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="nota.pdf"\r\n\r\n'
    body = f"--b\r\n\r\nSegue.\r\n--b\r\n{part}um\r\n--b\r\n{part}dois\r\n--b--"
    ticket = await house.ticket_of(await house.mail(body, headers=MIXED))
    files = ticket["messages"][0]["attachments"]

    assert [file["name"] for file in files] == ["nota.pdf", "nota.pdf"]
    assert len({file["sha256"] for file in files}) == 2


@pytest.mark.parametrize(
    ("pieces", "label"),
    [
        ("filename*1=etc/passwd; filename*0=../", "passwd"),
        ("filename*2=.pdf; filename*0=nota", "nota.pdf"),
        ("filename*0*=utf-8''..%2F..%2F; filename*1*=%00nota.pdf", "nota.pdf"),
        ("filename*0*=utf-8''%E2%80%8B; filename*1*=.htaccess", "htaccess"),
    ],
)
async def test_names_in_pieces_are_put_together_before_they_are_cleaned(house, pieces, label):
    part = f"Content-Type: application/x-a\r\nContent-Disposition: attachment; {pieces}\r\n\r\nx"
    body = f"--b\r\n\r\nSegue.\r\n--b\r\n{part}\r\n--b--"
    ticket = await house.ticket_of(await house.mail(body, headers=MIXED))

    assert [file["name"] for file in ticket["messages"][0]["attachments"]] == [label]
