"""One customer for each channel: real clients, real signatures. Each repeats a message until it is answered yes."""

import http.client
import json
import smtplib
import threading
import time
from dataclasses import dataclass
from functools import partial

from channels.signing import SigningKey, sign
from tests.channels.graph.meta import hub_signed
from tests.chaos.history import UNANSWERED
from tests.e2e.senders import mail_bytes

TIMEOUT = 5.0
ORIGIN = "https://www.exemplo.com.br"
TOO_EARLY = 0.25
"""Seconds until a message that was not taken is tried again, at most."""


@dataclass(frozen=True)
class Place:
    """Where a node listens, the secrets of its channels, and by how many seconds the customers' clock differs."""

    ports: dict
    secrets: dict
    clock: object = time.time


def by_mail(place, mark, number, *, lmtp=False):
    """The code that the mail was answered with."""
    del number
    kind, port = (smtplib.LMTP, place.ports["lmtp"]) if lmtp else (smtplib.SMTP, place.ports["smtp"])
    sender = f"{mark}@cliente.example"
    client = kind("127.0.0.1", port, local_hostname="cliente.example", **({} if lmtp else {"timeout": TIMEOUT}))
    try:
        client.sock.settimeout(TIMEOUT)
        client.sendmail(sender, ["suporte@exemplo.com.br"], mail_bytes(mark, sender))
    except smtplib.SMTPResponseException as refusal:
        return str(refusal.smtp_code)
    except smtplib.SMTPRecipientsRefused as refusal:
        return str(next(iter(refusal.recipients.values()))[0])
    finally:
        client.close()
    return "250"


def post(place, path, body, headers):
    """The status of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", place.ports["public"], timeout=TIMEOUT)
    try:
        headers = {"Content-Type": "application/json", "Connection": "close", **headers}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return str(answer.status), content
    finally:
        connection.close()


def signed(place, channel, mark, value):
    """As Standard Webhooks: the id stays, the timestamp is new with each try."""
    body = json.dumps(value).encode()
    key = SigningKey.from_text(place.secrets[channel])
    return post(place, f"/hooks/{channel}", body, sign(key, message_id=f"id-{mark}", body=body, now=place.clock()))[0]


def by_webhook(place, mark, number):
    value = {"sender": {"id": f"v-{mark}"}, "conversation": f"c-{number // 3}-{mark[:5]}", "text": f"oi, marca {mark}"}
    return signed(place, "site", mark, value)


def by_call(place, mark, number):
    caller = f"+55119{number % 100000000:08d}"
    value = {"event": "missed", "call_id": mark, "direction": "inbound", "from": caller, "to": "+551140001000"}
    return signed(place, "telefone", mark, value)


def by_alert(place, mark, number):
    del number
    labels = {"alertname": "DiskFull", "instance": mark, "severity": "critical"}
    alert = {"status": "firing", "labels": labels, "annotations": {"summary": f"Disk of {mark} is full"},
             "startsAt": "2026-11-27T11:40:12.513Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": mark}  # fmt: skip
    value = {"receiver": "balcao", "status": "firing", "alerts": [alert], "version": "4", "groupKey": mark,
             "groupLabels": labels, "commonLabels": labels, "commonAnnotations": {}, "truncatedAlerts": 0}  # fmt: skip
    return signed(place, "alertas", mark, value)


def by_app(place, mark, number):
    body = json.dumps({"text": f"marca {mark}", "contact": {"id": f"u-{number}-{mark[:5]}"}}).encode()
    headers = {"Authorization": f"Bearer {place.secrets['portal']}", "Idempotency-Key": mark}
    return post(place, "/v1/messages", body, headers)[0]


def by_chat(place, mark, number):
    """A new visitor for each message: a session, then his words. Over the tries his client keeps its token, as the
    widget does, and so he stays the same."""
    del number
    key = f"token {mark}"
    asked = {"token": place.secrets[key]} if key in place.secrets else {}
    status, content = post(place, "/chat/chat/session", json.dumps(asked).encode(), {"Origin": ORIGIN})
    if status != "200":
        return status
    token = place.secrets[key] = json.loads(content)["token"]
    body = json.dumps({"id": f"m-{mark}", "text": f"marca {mark}"}).encode()
    return post(place, "/chat/chat/messages", body, {"Origin": ORIGIN, "Authorization": f"Bearer {token}"})[0]


def by_whatsapp(place, mark, number):
    message = {"from": f"55119{number % 100000000:08d}", "id": f"wamid.{mark}", "timestamp": str(int(place.clock())),
               "type": "text", "text": {"body": f"marca {mark}"}}  # fmt: skip
    value = {"metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
             "messages": [message]}  # fmt: skip
    entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    return post(place, "/hooks/whatsapp", body, hub_signed(body, place.secrets["whatsapp"]))[0]


def by_telegram(place, mark, number):
    """Telegram knows the same update by its id."""
    round_number = int(mark[2:].split("-")[0])
    chat = {"id": 10_000_000 * (round_number + 1) + number // 2, "first_name": "Ana"}
    message = {"message_id": number + 1, "from": {**chat, "is_bot": False}, "chat": {**chat, "type": "private"},
               "date": int(place.clock()), "text": f"marca {mark}"}  # fmt: skip
    update = {"update_id": 1_000_000 * (round_number + 1) + number, "message": message}
    headers = {"X-Telegram-Bot-Api-Secret-Token": place.secrets["telegram"]}
    return post(place, "/hooks/telegram", json.dumps(update).encode(), headers)[0]


WAYS = {
    "smtp": by_mail,
    "lmtp": partial(by_mail, lmtp=True),
    "site": by_webhook,
    "telefone": by_call,
    "alertas": by_alert,
    "app": by_app,
    "chat": by_chat,
    "whatsapp": by_whatsapp,
    "telegram": by_telegram,
}
"""Channel → how one message is handed over; returns the code of the answer."""


class Customer(threading.Thread):
    """`place_of()` says where this try goes. After `halt` the message under way is still seen to its end."""

    def __init__(self, channel, number, place_of, history, halt, rng, pause):
        super().__init__(name=f"customer {channel}", daemon=True)
        self._channel, self._round, self._place_of = channel, number, place_of
        self._history, self._halt, self._rng, self._pause = history, halt, rng, pause
        self._give_up = threading.Event()

    def run(self):
        number = 0
        while not self._halt.is_set():
            mark = f"mk{self._round}-{self._channel}-{number}"
            while not self._attempt(mark, number):
                if self._give_up.wait(self._rng.uniform(0.02, TOO_EARLY)):
                    return
            number += 1
            self._halt.wait(self._rng.uniform(0, 2 * self._pause))

    def give_up(self):
        """Even the message under way."""
        self._give_up.set()

    def _attempt(self, mark, number):
        began = time.monotonic()
        try:
            answer = WAYS[self._channel](self._place_of(), mark, number)
        except (OSError, smtplib.SMTPException, http.client.HTTPException):
            answer = UNANSWERED
        yes = answer[0] == "2"
        self._history.note(self._channel, mark, began, answer, yes=yes)
        return yes
