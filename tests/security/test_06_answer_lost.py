"""Attack 6: the answer is lost and the sender sends again: one ticket, one message, one acknowledgement."""

import http.client
import json
import socket
import struct
import time

import pytest

from channels.signing import SigningKey, sign
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import filed, tickets_about
from tests.e2e.senders import chat_body, mail_bytes, marks_in, post, send_mail

pytestmark = pytest.mark.e2e

ENVELOPE = b"EHLO c\r\nMAIL FROM:<%s@cliente.example>\r\nRCPT TO:<suporte@exemplo.com.br>\r\nDATA\r\n"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("answer-lost")).start()
    yield daemon
    daemon.stop()


def vanish(connection):
    """As a crashed machine: no farewell, and whatever still comes is answered by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def heard(connection, end):
    """Read until `end` was seen."""
    got = b""
    while end not in got:
        piece = connection.recv(4096)
        assert piece, f"closed after {got!r}"
        got += piece
    return got


def cut_mail(port, mark, *, before_the_dot, patience):
    """Everything up to the end of the content; then gone after `patience` seconds (None: once the 250 has begun)."""
    content = mail_bytes(mark, f"{mark}@cliente.example") + (b"" if before_the_dot else b".\r\n")
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(ENVELOPE % mark.encode())
    heard(connection, b"\r\n354 ")
    connection.sendall(content)
    if patience is None:
        heard(connection, b"25")
    else:
        time.sleep(patience)
    vanish(connection)


@pytest.mark.parametrize(
    ("name", "before_the_dot", "patience"),
    [
        ("antes do ponto", True, 0),
        ("no ponto", False, 0),
        ("logo depois do ponto", False, 0.002),
        ("depois do ponto", False, 0.1),
        ("no meio do 250", False, None),
    ],
)
def test_a_mail_whose_answer_was_lost_is_sent_again(daemon, name, before_the_dot, patience):
    marks = [f"m{abs(hash(name)) % 10**6}x{number}" for number in range(5)]
    for mark in marks:
        cut_mail(daemon.ports["smtp"], mark, before_the_dot=before_the_dot, patience=patience)
        for _ in range(2):
            send_mail(daemon.ports["smtp"], mark)

    for mark in marks:
        ticket = filed(daemon, mark)
        assert len(ticket["messages"]) == 1
        assert [answer["state"] for answer in ticket["acknowledgements"]] == ["sent"]


def cut_post(port, secret, body, webhook_id, *, share, patience):
    """A signed request of which `share` leaves; then gone after `patience` seconds (None: once the answer begins)."""
    content = json.dumps(body).encode()
    headers = sign(SigningKey.from_text(secret), message_id=webhook_id, body=content, now=time.time())
    lines = {**headers, "Host": "x", "Content-Type": "application/json", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"POST /hooks/site HTTP/1.1\r\n{head}\r\n".encode() + content
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(request[: int(len(request) * share)])
    if patience is None:
        heard(connection, b"HTTP/1.1 20")
    else:
        time.sleep(patience)
    vanish(connection)


@pytest.mark.parametrize(("share", "patience"), [(0.5, 0), (0.99, 0.01), (1, 0), (1, 0.005), (1, 0.1), (1, None)])
def test_a_webhook_whose_answer_was_lost_is_sent_again_with_a_new_stamp(daemon, share, patience):
    mark = f"c{int(share * 100)}p{patience}".replace(".", "_")
    body = chat_body(mark) | {"subject": f"chat {mark}"}
    cut_post(daemon.ports["public"], daemon.secret(), body, f"id-{mark}", share=share, patience=patience)
    answers = [
        post(daemon.ports["public"], "site", daemon.secret(), body, f"id-{mark}", now=time.time() + number)
        for number in range(3)
    ]

    assert [status for status, _ in answers[1:]] == [200, 200]
    assert len({json.loads(told)["id"] for _, told in answers}) == 1
    assert len(filed(daemon, mark)["messages"]) == 1


def test_a_sender_that_gives_up_leaves_no_half_a_message(daemon):
    """Cut before the dot and never sent again: nothing was promised, nothing is there, and nothing is held up."""
    cut_mail(daemon.ports["smtp"], "abandonada", before_the_dot=True, patience=0)
    send_mail(daemon.ports["smtp"], "seguinte")
    filed(daemon, "seguinte")

    assert tickets_about(daemon, "abandonada") == []


def test_everything_stands_there_once(daemon):
    """Over all that the tests of this file sent, in whatever order they ran."""
    wait_for(daemon.drained, what="an empty journal and outbox")
    assert {mark: count for mark, count in marks_in(daemon.tickets()).items() if count != 1} == {}


def test_a_kept_connection_is_answered_after_others_broke(daemon):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["public"], timeout=5)
    connection.request("GET", "/hooks/nada")
    assert connection.getresponse().status == 404
    connection.close()
