"""Attack 40, the mail's part: whatever a mail names, no request leaves while it is read, filed and answered.

Files of other channels that have to be fetched: test_40_remote_files.py.
"""

import socket

import pytest

NAMED = {
    "pictures": "<img src='http://169.254.169.254/latest'><img src='https://evil.example/p.gif'>",
    "pictures in a set": "<img srcset='http://127.0.0.1/a 1x, http://[::ffff:127.0.0.1]/b 2x'>",
    "style sheets": "<link rel=stylesheet href='http://127.0.0.1/a.css'><style>@import url(http://127.0.0.1/b.css)</style>",
    "styles": "<p style='background:url(http://169.254.169.254/)'>x</p>",
    "frames": "<iframe src='file:///etc/passwd'></iframe><object data='http://127.0.0.1/'></object>",
    "base and refresh": "<base href='http://evil.example/'><meta http-equiv=refresh content='0;url=http://127.0.0.1/'>",
    "entities": "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
    "video": "<video src='http://127.0.0.1/a.mp4' poster='http://127.0.0.1/b.png'></video>",
}
EXTERNAL = [
    'message/external-body; access-type=URL; URL="http://169.254.169.254/latest"',
    'message/external-body; access-type=anon-ftp; site="127.0.0.1"; name="a"',
    'message/external-body; access-type=local-file; name="/etc/passwd"',
    'message/external-body; access-type=mail-server; server="x@evil.example"',
]
ASKING = (
    "Disposition-Notification-To: x@evil.example\r\nReturn-Receipt-To: x@evil.example\r\n"
    "List-Unsubscribe: <http://127.0.0.1/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "Face: http://127.0.0.1/f\r\nX-Image-URL: http://127.0.0.1/i\r\n"
)


@pytest.fixture
def nobody_calls(monkeypatch):
    """Every attempt to connect or to look up a name; each fails, and so would whoever asked."""
    asked = []

    def refuse(*words, **_options):
        asked.append(words)
        raise OSError("no request may leave")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    return asked


@pytest.mark.parametrize("case", NAMED)
async def test_html_fetches_nothing(house, nobody_calls, case):
    headers = f"Content-Type: text/html; charset=utf-8\r\n{ASKING}"
    ticket = await house.ticket_of(await house.mail(f"<p>Bom dia.</p>{NAMED[case]}", headers=headers))

    assert nobody_calls == []
    assert "Bom dia." in ticket["messages"][0]["text"]
    assert "root:" not in ticket["messages"][0]["text"]


@pytest.mark.parametrize("kind", EXTERNAL)
async def test_a_body_kept_elsewhere_is_named_and_not_fetched(house, nobody_calls, kind):
    ticket = await house.ticket_of(
        await house.mail("Content-Type: text/plain\r\n\r\n", headers=f"Content-Type: {kind}\r\n")
    )
    await house.dispatch()

    assert nobody_calls == []
    assert ticket["messages"][0]["text"].startswith("[Arquivo guardado em outro lugar, que não foi buscado:")


async def test_a_receipt_that_is_asked_for_is_not_sent(house, nobody_calls):
    await house.ticket_of(await house.mail("Bom dia.", headers=ASKING))
    await house.dispatch()

    assert "evil.example" not in "".join(letter.as_string() for letter in house.letters())
    assert nobody_calls == []
