"""Attack 38: HTML called a picture, SVG with a script, files that are two things at once.

No route of either site serves a file, so that nothing can be run where it is looked at; what the bytes are stands
beside what their sender declares, for rules and people.
"""

import pytest

from tests.pipeline import ANA
from web.operations import operation_routes

SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
POLYGLOT = "GIF89a/*<html><script>alert(1)</script></html>*/"


def with_file(kind, content, name="logo.png"):
    return (
        f"--b\r\n\r\nSegue.\r\n--b\r\nContent-Type: {kind}\r\n"
        f'Content-Disposition: inline; filename="{name}"\r\nContent-ID: <logo>\r\n\r\n{content}\r\n--b--'
    )


@pytest.mark.parametrize(
    ("kind", "content", "is_picture"),
    [
        ("image/png", "<html><script>alert(1)</script></html>", False),
        ("image/svg+xml", SVG, False),
        ("image/png", SVG, False),
        ("text/html", POLYGLOT, True),
        ("image/gif", POLYGLOT, True),
    ],
)
async def test_what_the_bytes_are_is_told_beside_what_is_declared(house, kind, content, is_picture):
    headers = 'Content-Type: multipart/related; boundary="b"\r\n'
    ticket = await house.ticket_of(await house.mail(with_file(kind, content), headers=headers))
    message = ticket["messages"][0]
    (file,) = message["attachments"]

    assert file["content_type"] == kind
    assert (file["sniffed_type"] == "image/gif") is is_picture
    assert "<script" not in (message.get("html") or "")
    assert message["text"].startswith("Segue.")
    assert message["sender"]["address"] == ANA


def test_no_route_serves_a_file():
    paths = [route.path for route in operation_routes(None)]

    assert paths
    assert not any(word in path for path in paths for word in ("attachment", "file", "html", "payload"))
