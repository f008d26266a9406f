"""Chat providers that sign their webhooks in ways of their own: how each signs, and a body that is good."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.channels.cases import SECRET
from tests.channels.graph.meta import hub_signed
from tests.channels.slack.workspace import slack_signed

OTHER = "another secret of sufficient length"


@dataclass(frozen=True)
class Provider:
    """`sign(body, secret)` makes the headers; `header` is the one that holds the signature."""

    kind: str
    header: str
    sign: Callable[..., dict[str, str]]
    good: bytes

    def __str__(self):
        return self.kind


def body(value):
    return json.dumps(value).encode()


WHATSAPP = body(
    {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
                            "messages": [
                                {
                                    "from": "5511912345678",
                                    "id": "wamid.1",
                                    "timestamp": "1772452500",
                                    "type": "text",
                                    "text": {"body": "oi"},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }
)
SLACK = body(
    {
        "type": "event_callback",
        "team_id": "T061EG9R6",
        "api_app_id": "A0FFV41KK",
        "event_id": "Ev0PV52K21",
        "authorizations": [{"team_id": "T061EG9R6", "user_id": "U0BOT4US", "is_bot": True}],
        "event": {
            "type": "message",
            "user": "U2147483697",
            "text": "oi",
            "ts": "1772452500.000200",
            "channel": "C024BE91L",
            "channel_type": "channel",
            "files": [{"id": "F0S43PZDF", "name": "a.png", "mimetype": "image/png", "mode": "hosted", "size": 5}],
        },
    }
)
MESSENGER = body(
    {
        "object": "page",
        "entry": [
            {
                "id": "104830000000001",
                "messaging": [
                    {
                        "sender": {"id": "6543210987654321"},
                        "recipient": {"id": "104830000000001"},
                        "timestamp": 1772452500123,
                        "message": {
                            "mid": "m_1",
                            "text": "oi",
                            "attachments": [{"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/a"}}],
                        },
                    }
                ],
            }
        ],
    }
)
PROVIDERS = [
    Provider("messenger", "X-Hub-Signature-256", hub_signed, MESSENGER),
    Provider("whatsapp", "X-Hub-Signature-256", hub_signed, WHATSAPP),
    Provider("slack", "X-Slack-Signature", slack_signed, SLACK),
]
assert SECRET != OTHER
