"""Customers that keep their own history: what they sent, and what they were promised."""

import http.client
import json
import random
import smtplib
import threading
import time
from dataclasses import dataclass, field

from channels.signing import SigningKey, sign
from tests.patience import PATIENCE


@dataclass
class History:
    """Marks of messages by what became of them; shared by all senders of a test."""

    answered: set = field(default_factory=set)
    refused: dict = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def promise(self, mark):
        with self.lock:
            self.answered.add(mark)

    def is_kept_once(self, tickets):
        """What was answered is in these tickets, and nothing is there twice."""
        stored = marks_in(tickets)
        lost = self.answered - stored.keys()
        doubled = {mark: count for mark, count in stored.items() if count != 1}
        assert lost == set(), f"answered and lost: {lost}"
        assert doubled == {}, f"doubled: {doubled}"


def mail_bytes(mark, sender="ana@cliente.example", recipient="suporte@exemplo.com.br", text="Preciso do boleto."):
    return (
        f"From: Ana <{sender}>\r\nTo: {recipient}\r\nSubject: Pedido {mark}\r\nMessage-ID: <{mark}@cliente.example>\r\n"
        f"Date: Mon, 23 Nov 2026 09:00:00 -0300\r\n\r\n{text}\r\nmarca {mark}\r\n"
    ).encode()


def send_mail(port, mark, sender=None, timeout=PATIENCE):
    """Deliver one mail; returns only if the server promised it."""
    sender = sender or f"{mark}@cliente.example"
    with smtplib.SMTP("127.0.0.1", port, timeout=timeout, local_hostname="cliente.example") as smtp:
        smtp.sendmail(sender, ["suporte@exemplo.com.br"], mail_bytes(mark, sender))


def post(port, channel, secret, body, webhook_id, timeout=PATIENCE, now=None):
    """One signed request; (status, body)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = sign(SigningKey.from_text(secret), message_id=webhook_id, body=content, now=now or time.time())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(
            "POST", f"/hooks/{channel}", content, headers | {"Content-Type": "application/json", "Connection": "close"}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def chat_body(mark):
    return {"sender": {"id": f"v-{mark}", "name": "Bia"}, "conversation": mark, "text": f"oi, marca {mark}"}


class Sender(threading.Thread):
    """Sends numbered messages until told to stop; repeats each until it is answered, as an MTA does."""

    def __init__(self, name, deliver, history, stop):
        super().__init__(name=name, daemon=True)
        self._deliver = deliver
        self._history = history
        self._halt = stop

    def run(self):
        number = 0
        while not self._halt.is_set():
            mark = f"{self.name}-{number}"
            number += 1
            while not self._attempt(mark):
                if self._halt.wait(random.uniform(0.01, 0.1)):
                    return

    def _attempt(self, mark):
        try:
            self._deliver(mark)
        except (OSError, smtplib.SMTPException, http.client.HTTPException):
            return False
        self._history.promise(mark)
        return True


def deliver_chat(port, secret_of):
    """A deliver function for Sender: raises unless answered 2xx."""

    def deliver(mark):
        status, body = post(port, "site", secret_of(), chat_body(mark), f"id-{mark}")
        if status not in {200, 202}:
            raise ConnectionError(f"{status} {body!r}")

    return deliver


def marks_in(tickets):
    """Every mark found in stored messages, with how often it stands there."""
    counts = {}
    for ticket in tickets:
        for message in ticket["messages"]:
            if message["direction"] == "in":
                mark = message["text"].rsplit("marca ", 1)[-1].strip()
                counts[mark] = counts.get(mark, 0) + 1
    return counts
