"""What a file is by its own bytes."""

import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.interaction import Attachment
from domain.sniffing import sniffed_type
from tests.patience import costs_below


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return file.getvalue()


def ole(stream: str) -> bytes:
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    header[30:32] = struct.pack("<H", 9)
    header[48:52] = struct.pack("<I", 2)
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", stream))
    return bytes(header) + bytes(1024) + names


def program(start: bytes = b"MZ") -> bytes:
    return start.ljust(60, b"\0") + struct.pack("<I", 128) + bytes(64) + b"PE\0\0"


OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"noise\n%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a<script>alert(1)</script>", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0none", None),
        (b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0", "image/bmp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"OggS\0\2" + bytes(22) + b"OpusHead", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\3\0", "audio/mpeg"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0webm", "video/webm"),
        (zipped("a.txt"), "application/zip"),
        (b"PK\5\6" + bytes(18), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (zipped("word/document.xml", "word/vbaProject.bin"), "application/vnd.ms-word.document.macroenabled.12"),
        (zipped("mimetype", "a"), "application/epub+zip"),
        (zipped("META-INF/MANIFEST.MF", "A.class"), "application/java-archive"),
        (tarred(), "application/x-tar"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed"),
        (b"Rar!\x1a\7\1\0", "application/vnd.rar"),
        (bytes(32769) + b"CD001", "application/x-iso9660-image"),
        (ole("WordDocument"), "application/msword"),
        (ole("Workbook"), "application/vnd.ms-excel"),
        (ole("__properties_version1.0"), "application/vnd.ms-outlook"),
        (ole("nothing known"), "application/x-ole-storage"),
        (program(), "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\2\1\1", "application/x-elf"),
        (b"\x4c\0\0\0\1\x14\2\0", "application/x-ms-shortcut"),
        (b"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"),
        (b"\x78\x9f\x3e\x22\1\0", "application/vnd.ms-tnef"),
        (b"  \r\n<!DOCTYPE HTML>\n", "text/html"),
        (b"\xef\xbb\xbf<html>", "text/html"),
        ("\ufeff<html lang=pt>".encode("utf-16-le"), "text/html"),
        (b"<!-- a --> <!-- b --><SCRIPT>", "text/html"),
        (b"<!-- a --><svg onload=alert(1)>", "image/svg+xml"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b'<?xml version="1.0"?><nfeProc versao="4.00">', "application/xml"),
        (b'<?xml version="1.0"?><x:html >', "application/xhtml+xml"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        ("Relatório de março".encode(), "text/plain"),
        ("Relatório de março".encode("cp1252"), "text/plain"),
        ("\ufeffRelatório".encode("utf-16-be"), "text/plain"),
        (b"nome;valor\nAna;1\n", "text/plain"),
        (b"MZ Com\xe9rcio Ltda., pedido 5 de hoje, com tudo que precisa ir na caixa grande", "text/plain"),
        (b"BM Transportes: nota fiscal em anexo", "text/plain"),
        (b"a < b e <b", "text/plain"),
        (b"\1\2\3\4", None),
        (bytes(100), None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content, kind):
    assert sniffed_type(content) == kind


@given(st.binary(max_size=600))
def test_any_bytes_are_something_or_nothing_known(content):
    for start in (b"", b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ", b"RIFF", b"<?xml ", b"\xff\xfe"):
        kind = sniffed_type(start + content)
        assert kind is None or kind.partition("/")[1] == "/"


@pytest.mark.parametrize("content", [b"<!--" * 500_000, b"<!-- -->" * 300_000, b" " * 2_000_000, zipped("a") * 20_000])
def test_large_files_cost_no_more_than_their_beginning_and_end(content):
    with costs_below(0.5):
        for _ in range(10):
            sniffed_type(content)


def test_a_program_that_calls_itself_a_picture_is_told():
    attachment = Attachment(name="foto.jpg", content_type="image/jpeg", content=program())
    assert attachment.content_type == "image/jpeg"
    assert attachment.sniffed_type == "application/vnd.microsoft.portable-executable"
