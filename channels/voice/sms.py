"""SMS by Twilio: POST /2010-04-01/Accounts/{account}/Messages.json, a form, with the account's password.

201                         sent; `sid` is the remote id, by which its receipts come back
4xx with a `code`           what the code means (sms_codes): this message, our account, or later
429, 5xx                    later

Files go along by `MediaUrl` alone: public addresses that Twilio fetches, and we publish none. Nor does Brazil know MMS.
"""

from dataclasses import dataclass, field

from channels.api_call import Answer, ApiCaller
from channels.cleaning import clean_line
from channels.voice.sms_codes import AGAIN, CREDENTIALS, PERMANENT
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import MOST_TOGETHER, Carriage, OutgoingMessage

LONGEST_TEXT = 1600
"""Twilio's bound for one message of several segments."""


def objection(_to: str, _file: Attachment) -> str:
    return "an SMS carries no files, for Twilio fetches them from public addresses only; send a link or answer by mail"


CARRIAGE = Carriage(apart=True, largest=MOST_TOGETHER, objection=objection)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSms:
    """Implements domain.ports.Sender. `sender`: a number, a messaging service (MG…) or a name."""

    caller: ApiCaller
    api: str
    account: str
    token: str = field(repr=False)
    sender: str
    callback: str

    async def send(self, message: OutgoingMessage) -> str:
        text = message.text.strip()
        if len(text) > LONGEST_TEXT:
            raise SendFailed(f"an SMS has at most {LONGEST_TEXT} characters, this one {len(text)}", permanent=True)
        whose = "MessagingServiceSid" if self.sender.startswith("MG") and len(self.sender) > 11 else "From"
        form = {"To": message.to, whose: self.sender, "Body": text, "StatusCallback": self.callback}
        url = f"{self.api.rstrip('/')}/2010-04-01/Accounts/{self.account}/Messages.json"
        answer = await self.caller.post_form(url, self.account, self.token, form)
        if 200 <= answer.status < 300 and isinstance(answer.told.get("sid"), str):
            return str(answer.told["sid"])[:255]
        raise self._refusal(answer)

    async def close(self) -> None:
        await self.caller.close()

    def _refusal(self, answer: Answer) -> SendFailed:
        code = str(answer.told.get("code") or "")
        if not code:
            return self.caller.unreadable(answer)
        words = clean_line(str(answer.told.get("message") or ""), 200)
        later = answer.status >= 500 or answer.status == 429 or code in AGAIN
        credentials = code in CREDENTIALS or answer.status == 401
        return SendFailed(
            f"Twilio answered {code}: {words}",
            permanent=not later and not credentials and (code in PERMANENT or 400 <= answer.status < 500),
            retry_after=answer.retry_after,
            credentials=credentials,
        )
