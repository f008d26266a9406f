"""What a person may set for a mapped webhook in `balcao.yaml`.

chatwoot:
  kind: mapped
  proof: {scheme: hmac, secrets: [env:CHATWOOT_SECRET], header: X-Chatwoot-Signature, prefix: "sha256="}
  mapping:
    sender: sender.id
    text: content
    ignore: [{when: "event != 'message_created'", because: no message}]
  reply:
    url: https://chat.exemplo.com/api/v1/accounts/1/conversations/{{ to }}/messages
    headers: {api_access_token: env:CHATWOOT_TOKEN}
    body: {content: "{{ text }}"}
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url
from channels.mapped.expressions import parse_expression
from channels.mapped.templates import UrlTemplate, parse_body
from domain.errors import N_
from domain.units import BadValue

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}")
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "expect"})
_PLACES = ("{timestamp}", "{delivery}")
_TEXT = WithJsonSchema({"type": "string"})


def _header_name(name: str) -> str:
    if not _HEADER.fullmatch(name):
        raise BadValue(N_('write the name of a header: "X-Signature"'))
    return name


def _sent_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if _header_name(name).lower() in _OURS:
            raise BadValue(N_("the header %(name)s is ours to set"), name=name)
        if not value.isascii() or not value.isprintable():
            raise BadValue(N_("the value of the header %(name)s must be one line of ASCII"), name=name)
    return headers


def _signed_text(text: str) -> str:
    if text.count("{body}") != 1 or not text.endswith("{body}") or any(text.count(one) > 1 for one in _PLACES):
        raise BadValue(N_('write what is signed, the body last: "{timestamp}.{body}"'))
    return text


def _url(value: Any) -> UrlTemplate:
    if not isinstance(value, str):
        raise BadValue(N_('write a URL whose host is written out: "https://chat.exemplo.com/api/{{ to }}"'))
    return UrlTemplate(value)


def _host(name: str) -> str:
    if not re.fullmatch(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name):
        raise BadValue(N_('write a host, or ".exemplo.com" for all below it'))
    return name.lower()


Path = Annotated[Any, PlainValidator(parse_expression), _TEXT]
"""A JMESPath expression (channels.mapped.expressions.Expression)."""
HeaderName = Annotated[str, AfterValidator(_header_name)]
SentHeaders = Annotated[dict[str, str], AfterValidator(_sent_headers)]


class Proof(StrictOptions):
    """What proves a request. Each scheme uses its own of these settings."""

    scheme: Literal["standard", "hmac", "bearer", "basic", "unsigned"] = "standard"
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    header: HeaderName | None = None
    prefix: str | None = Field(default=None, max_length=50)
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    signed: Annotated[str, AfterValidator(_signed_text)] = "{body}"
    timestamp: HeaderName | None = None
    tolerance: Duration = timedelta(minutes=5)
    delivery: HeaderName | None = None
    trust_delivery: bool = False
    username: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def fits_together(self) -> "Proof":
        if (self.scheme == "unsigned") == bool(self.secrets):
            raise BadValue(N_('every scheme needs "secrets", but for "unsigned", which proves nothing'))
        if self.scheme == "hmac" and self.header is None:
            raise BadValue(N_('"hmac" needs the name of the header that holds the signature: "header"'))
        if ("{timestamp}" in self.signed) != (self.timestamp is not None):
            raise BadValue(N_('"timestamp" and "{timestamp}" in "signed" belong together: one does nothing alone'))
        if "{delivery}" in self.signed and self.delivery is None:
            raise BadValue(N_('"{delivery}" in "signed" needs the name of the header that holds it: "delivery"'))
        if self.trust_delivery and not self.replayable_for_ever:
            raise BadValue(N_('"trust_delivery" is for a "delivery" that no signature covers and no time bounds'))
        if (self.scheme == "basic") != (self.username is not None):
            raise BadValue(N_('"username" belongs to "basic", and "basic" needs it'))
        return self

    @property
    def delivery_is_unsigned(self) -> bool:
        """An HMAC that leaves the id of the delivery to whoever sends it."""
        return self.scheme == "hmac" and self.delivery is not None and "{delivery}" not in self.signed

    @property
    def replayable_for_ever(self) -> bool:
        """Then what was signed once can be sent again for ever, under any id."""
        return self.delivery_is_unsigned and self.timestamp is None


class Ignore(StrictOptions):
    when: Path
    because: str = Field(min_length=1, max_length=200)


class Mapping(StrictOptions):
    """Where things stand. With `each`, expressions begin at `each` (one element) or `payload` (the whole)."""

    each: Path | None = None
    ignore: tuple[Ignore, ...] = Field(default=(), max_length=50)
    sender: Path
    name: Path | None = None
    email: Path | None = None
    phone: Path | None = None
    text: Path | None = None
    html: Path | None = None
    subject: Path | None = None
    conversation: Path | None = None
    message_id: Path | None = None
    reply_to: Path | None = None
    occurred: Path | None = None
    attachments: Path | None = None
    context: Path | None = None

    @model_validator(mode="after")
    def says_something(self) -> "Mapping":
        if self.text is None and self.html is None and self.attachments is None:
            raise BadValue(N_('map at least one of "text", "html" and "attachments"'))
        return self


class Files(StrictOptions):
    """Whose files are fetched: hosts by https, or origins that a person points at in his own network."""

    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(default=(), max_length=20)
    origins: tuple[Url, ...] = Field(default=(), max_length=20)
    headers: SentHeaders = Field(default_factory=dict)


class FileReply(StrictOptions):
    """How a file of an answer is posted; without `url` to where its words go."""

    url: Annotated[Any, PlainValidator(_url), _TEXT] = None
    body: Annotated[Any, PlainValidator(parse_body), WithJsonSchema({"type": ["object", "array"]})]


class Reply(StrictOptions):
    """Where our answers go. Only this file names the host. Without `file` no files can be sent along."""

    url: Annotated[Any, PlainValidator(_url), _TEXT]
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    headers: SentHeaders = Field(default_factory=dict)
    body: Annotated[Any, PlainValidator(parse_body), WithJsonSchema({"type": ["object", "array"]})]
    file: FileReply | None = None
    remote_id: Path | None = None
    timeout: Duration = timedelta(seconds=10)


class Options(StrictOptions):
    proof: Proof
    mapping: Mapping
    vouches: tuple[Literal["email", "phone"], ...] = ()
    files: Files | None = None
    reply: Reply | None = None
    max_body: Size = 10_000_000

    @model_validator(mode="after")
    def proves_before_it_vouches(self) -> "Options":
        if self.proof.scheme == "unsigned" and self.vouches:
            raise BadValue(N_("who proves nothing cannot vouch: `vouches` needs `secrets`"))
        return self
