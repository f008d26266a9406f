"""A form is the object that a mapping looks into: fields, what they hold as JSON, files."""

import gzip
import json
from base64 import b64encode
from urllib.parse import urlencode

import aiohttp
import pytest

from channels.base import BuildContext
from channels.json_door import UnsupportedMedia
from channels.json_text import MalformedJson
from channels.mapped import Options, build
from channels.mapped.forms import URLENCODED, opened, read_body, takes, unbounded
from domain.errors import Undecodable
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, SECRET
from tests.channels.site import FakeIntake, calling
from tests.patience import costs_below

MAPPING = {
    "sender": "json.envelope.from",
    "subject": "fields.subject",
    "text": "fields.text",
    "message_id": "fields.id",
    "attachments": "files",
}
BASIC = {"Authorization": "Basic " + b64encode(f"balcao:{SECRET}".encode()).decode()}


def form(*parts, boundary="xYzZY", end=b"--\r\n"):
    """Name, content, and for a file its name and type; for a field the type, if it tells one."""
    body = b""
    for name, content, *more in parts:
        file_name, kind = [*more, None, None][:2]
        named = f'; filename="{file_name}"' if file_name is not None else ""
        typed = f"\r\nContent-Type: {kind}" if kind else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}{typed}\r\n\r\n'
        body += head.encode() + (content if isinstance(content, bytes) else content.encode()) + b"\r\n"
    return body + f"--{boundary}".encode() + end


MAIL = (
    ("envelope", '{"to": ["ajuda@in.exemplo.com"], "from": "ana@cliente.example"}'),
    ("subject", "Nota fiscal"),
    ("text", "Segue a nota.\r\nObrigada"),
    ("attachment1", b"%PDF-1.7 \x00\xff", "nota fiscal.pdf", "application/pdf"),
    ("attachment2", b"", "", "application/octet-stream"),
)


def channel(tmp_path, mapping=MAPPING, **proof):
    proof = proof or {"scheme": "basic", "username": "balcao"}
    context = BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    return build(Options.model_validate({"proof": {"secrets": ["env:S"], **proof}, "mapping": mapping}), context)


def decoded(body, tmp_path, mapping=MAPPING):
    raw = RawInteraction(channel=NAME, dedup_key=f"{NAME}:1", received_at=RECEIVED_AT, payload=body, envelope={})
    return channel(tmp_path, mapping).decode(raw)


def test_fields_json_and_files_of_a_multipart_form():
    read = read_body(form(*MAIL))

    assert read["fields"]["text"] == "Segue a nota.\r\nObrigada"
    assert read["json"] == {"envelope": {"to": ["ajuda@in.exemplo.com"], "from": "ana@cliente.example"}}
    (file,) = read["files"]
    assert (file["field"], file["name"], file["size"]) == ("attachment1", "nota fiscal.pdf", 11)


def test_an_encoded_form_is_read_alike():
    dados = '{"a": 1}'
    read = read_body(urlencode({"nome": "Ana Lúcia", "dados": dados, "x": ""}).encode() + b"&latin=a%E7%E3o&y")

    assert read["fields"] == {"nome": "Ana Lúcia", "dados": dados, "x": "", "latin": "ação", "y": ""}
    assert (read["json"], read["files"]) == ({"dados": {"a": 1}}, [])


@pytest.mark.parametrize("held", ['{"from":"a@b"},"it":{"from":"c@d"}', '{"from":"a@b"} {"from":"c@d"}', "{", '["a"]'])
def test_what_is_not_one_whole_object_is_text_alone(held):
    assert read_body(form(("envelope", held)))["json"] == {}


def test_nine_megabytes_of_percent_signs_cost_no_seconds(tmp_path):
    with costs_below(5), pytest.raises(Undecodable):
        decoded(b"text=" + b"%C3" * 3_000_000, tmp_path)


def test_a_name_that_comes_several_times_is_a_list():
    assert read_body(b"a=1&b=2&a=3&a=4")["fields"] == {"a": ["1", "3", "4"], "b": "2"}
    assert read_body(form(("a", "1"), ("a", "2")))["fields"] == {"a": ["1", "2"]}


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ("ação".encode(), None, "ação"),
        ("ação".encode("cp1252"), None, "ação"),
        ("ação".encode("iso-8859-1"), "text/plain; charset=iso-8859-1", "ação"),
        ("żółć".encode("iso-8859-2"), 'text/plain; charset="ISO-8859-2"', "żółć"),
        (b"a\\u0041", "text/plain; charset=unicode_escape", "a\\u0041"),
        (b"a-", "text/plain; charset=punycode", "a-"),
        (b"\x81\xff", "text/plain; charset=utf-8", "\ufffd\ufffd"),
    ],
)
def test_text_is_read_as_declared_else_as_utf8_else_as_windows_writes(content, kind, text):
    assert read_body(form(("t", content, None, kind)))["fields"]["t"] == text


def test_json_stays_what_it_was():
    body = json.dumps({"fields": 1, "a": "x=y"}).encode()
    assert read_body(body) == opened(body, "application/json") == {"fields": 1, "a": "x=y"}


def test_a_form_becomes_a_message_with_its_files(tmp_path):
    (message,) = decoded(form(*MAIL), tmp_path)

    assert (message.sender.address, message.subject) == ("ana@cliente.example", "Nota fiscal")
    (file,) = message.attachments
    assert (file.name, file.content_type, file.content) == ("nota fiscal.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
    assert message.traits == {}


def test_more_files_than_may_be_are_told(tmp_path):
    parts = [*MAIL[:3], *((f"f{n}", b"x", f"{n}.txt", "text/plain") for n in range(60))]
    (message,) = decoded(form(*parts), tmp_path)

    assert len(message.attachments) == 50
    assert "only the first 50 were read" in message.traits["payload.problems"]


async def test_a_real_client_posts_a_form_and_repeats_it_with_another_boundary(tmp_path):
    def body(boundary):
        return form(*MAIL, boundary=boundary)

    intake = FakeIntake()
    async with calling(list(channel(tmp_path).routes(intake))) as caller:
        statuses = [
            (await caller.post(body(boundary), {"Content-Type": f"multipart/form-data; boundary={boundary}", **BASIC}))[
                0
            ]
            for boundary in ("first-boundary", "another")
        ]
        encoded = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **BASIC}
        other, _, _ = await caller.post(b"envelope=%7B%7D&text=oi", encoded)

    assert statuses == [202, 200]
    assert other == 202
    assert len(intake.accepted) == 2


async def test_what_aiohttp_writes_is_read(tmp_path):
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("envelope", json.dumps({"from": "ana@cliente.example"}))
    data.add_field("text", "olá, ação", content_type="text/plain; charset=utf-8")
    data.add_field("anexo", b"\x89PNG", filename="tela ção.png", content_type="image/png")
    written = bytearray()

    class Taker:
        async def write(self, piece):
            written.extend(piece)

    await data().write(Taker())
    (message,) = decoded(bytes(written), tmp_path)

    assert message.text == "olá, ação"
    assert [(one.name, one.content) for one in message.attachments] == [("tela ção.png", b"\x89PNG")]


@pytest.mark.parametrize(
    "body",
    [
        form(*MAIL)[:-8],
        form(*MAIL, end=b""),
        form(*(("a", "x"),) * 300),
        b"--b\r\n\r\n--b--",
        b"--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--",
        b"--b\r\nX: " + b"x" * 10_000 + b"\r\n\r\nx\r\n--b--",
        b"--" + b"x" * 70 + b"\r\n",
        b"&".join(b"a=1" for _ in range(600)),
        b"",
    ],
)
def test_a_form_that_is_broken_or_too_long_is_kept_apart(body, tmp_path):
    with pytest.raises(Undecodable):
        decoded(body, tmp_path)


@pytest.mark.parametrize("body", [b"", b"texto", b"a b=c", b"[1]", b'"a=b"', b"--", b"--x", b"\xff=\xff", b"{a=b}"])
def test_what_is_neither_json_nor_a_form_is_refused_at_the_door(body):
    with pytest.raises(MalformedJson):
        opened(body, URLENCODED)


def test_a_form_that_calls_itself_json_is_refused_at_the_door():
    assert opened(b"a=1&b=2", URLENCODED) == {}
    with pytest.raises(MalformedJson):
        opened(b"a=1&b=2", "application/json")


def test_bodies_that_differ_in_more_than_their_boundary_are_not_the_same():
    one, again, other = form(*MAIL), form(*MAIL, boundary="B2"), form(*MAIL[:3], boundary="B2")
    assert unbounded(one) == unbounded(again) != unbounded(other)
    assert unbounded(b"--a") != unbounded(b"--b")


@pytest.mark.parametrize("media", ["text/plain", "", "multipart/mixed; boundary=x", "application/xml"])
def test_other_media_are_not_taken(media):
    with pytest.raises(UnsupportedMedia):
        takes(media)


async def test_a_compressed_form_is_not_taken(tmp_path):
    intake = FakeIntake()
    headers = {"Content-Type": "multipart/form-data; boundary=xYzZY", "Content-Encoding": "gzip", **BASIC}
    async with calling(list(channel(tmp_path).routes(intake))) as caller:
        status = (await caller.post(gzip.compress(form(*MAIL)), headers))[0]

    assert (status, intake.accepted) == (415, [])
