"""How the contract test reaches a mapped webhook: Chatwoot's messages, by the mapping of docs/mapped-webhooks.md."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.site import calling, signed

MAPPING = {
    "ignore": [
        {"when": "event != 'message_created'", "because": "no new message"},
        {"when": "message_type != 'incoming'", "because": "written by us"},
        {"when": "private", "because": "a private note"},
    ],
    "sender": "sender.id",
    "name": "sender.name",
    "email": "sender.email",
    "phone": "sender.phone_number",
    "text": "content",
    "conversation": "conversation.id",
    "message_id": "id",
    "reply_to": "conversation.id",
    "occurred": "created_at",
    "attachments": "attachments[].{url: data_url, size: file_size, content: base64, name: name, content_type: type}",
    "context": "{inbox: inbox.name, language: conversation.additional_attributes.browser.browser_language}",
}
REPLY = {
    "url": "https://chat.exemplo.com/api/v1/accounts/1/conversations/{{ to }}/messages",
    "headers": {"api_access_token": "env:SECRET"},
    "body": {"content": "{{ text }}", "message_type": "outgoing"},
}
OPTIONS = {
    "proof": {"secrets": ["env:SECRET"]},
    "mapping": MAPPING,
    "vouches": ["phone"],
    "files": {"hosts": ["chat.exemplo.com"]},
    "reply": REPLY,
}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = cases_of("mapped")[0].path.read_bytes()
    headers = signed(body) if acceptable else {**signed(body), "webhook-id": "another"}
    async with calling(list(channel.routes(intake))) as caller:
        status, _, _ = await caller.post(body, headers)
    return status
