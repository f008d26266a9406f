"""Templates of an outgoing reply: Jinja2 in a sandbox. What a customer wrote is data, never template.

A body is written as YAML in which every text is a template, so that no value can break out of its JSON text.
In a URL every value is percent-encoded and stands behind the host, which is written out.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from channels.fields import parse_url
from domain.errors import N_, SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from domain.units import BadValue

LONGEST = 5000
MOST_PARTS = 200
DEEPEST = 20
SAMPLE: Mapping[str, Any] = {
    "to": "c-1", "ticket": 1, "subject": "Olá", "text": "Olá", "html": "<p>Olá</p>", "language": "pt-BR",
    "automatic": True, "in_reply_to": "m-1", "id": "ack:1",
    "file": {"name": "manual.pdf", "content_type": "application/pdf", "size": 3, "content": "JVBE"},
}  # fmt: skip
"""Every name a template may use; a template is tried with these before the daemon starts."""
_ORIGIN = re.compile(r"https?://[^/?#{}\s]+")
_ROUNDABOUT = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})
_TEXTS = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_URLS = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, finalize=lambda value: quote(str(value), safe="")
)


class Text:
    """A template for one text. Compared by its source."""

    __slots__ = ("_template", "source")

    def __init__(self, source: str, path: str = "") -> None:
        """`path`: where in the body it stands. Raises BadValue."""
        self.source = source
        self._template = _compiled(_TEXTS, source, path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)

    def fill(self, values: Mapping[str, Any]) -> str:
        """Raises SendFailed."""
        return _filled(self._template, values)


class UrlTemplate:
    """A template for a URL whose host stands fast. Raises BadValue."""

    __slots__ = ("_origin", "_template", "source")

    def __init__(self, source: str) -> None:
        found = _ORIGIN.match(source)
        if found is None or "{" in source[: found.end() + 1].rstrip("/"):
            raise BadValue(N_('write a URL whose host is written out: "https://chat.exemplo.com/api/{{ to }}"'))
        self.source, self._origin = source, found[0]
        self._template = _compiled(_URLS, source)
        parse_url(self.fill(SAMPLE))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UrlTemplate) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)

    def fill(self, values: Mapping[str, Any]) -> str:
        """Raises SendFailed for a URL that would lead elsewhere."""
        url = _filled(self._template, values)
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self._origin or not url.startswith(self._origin):
            raise SendFailed("the reply would go to another host", permanent=True)
        if any(part.lower() in _ROUNDABOUT for part in parts.path.split("/")):
            raise SendFailed("the reply's address would lead around its path", permanent=True)
        return url


def parse_body(value: Any) -> Any:
    """YAML in which every text has become a Text. Raises BadValue, which tells the place inside."""
    if not isinstance(value, dict | list):
        raise BadValue(N_('write the body as it is sent, with templates for its texts: {text: "{{ text }}"}'))
    return _body(value, "", [MOST_PARTS], DEEPEST)


def fill_body(body: Any, values: Mapping[str, Any]) -> Any:
    match body:
        case Text():
            return body.fill(values)
        case dict():
            return {name: fill_body(inner, values) for name, inner in body.items()}
        case list():
            return [fill_body(inner, values) for inner in body]
        case _:
            return body


def values_of(message: OutgoingMessage) -> Mapping[str, Any]:
    """What SAMPLE shows, of a real message; `file` has empty values where there is none."""
    file = next(iter(message.attachments), Attachment(name="", content_type="", content=b""))
    return {
        "to": message.to, "ticket": message.ticket, "subject": message.subject, "text": message.text,
        "html": message.html or "", "language": message.language, "automatic": message.automatic,
        "in_reply_to": message.in_reply_to or "", "id": message.idempotency_key,
        "file": {"name": file.name, "content_type": file.content_type, "size": file.size,
                 "content": base64.b64encode(file.content).decode()},
    }  # fmt: skip


def _body(value: Any, path: str, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth == 0:
        raise BadValue(N_("this body has too many parts or is nested too deep"))
    match value:
        case str():
            return Text(value, path)
        case dict():
            return {name: _body(inner, f"{path}.{name}".lstrip("."), left, depth - 1) for name, inner in value.items()}
        case list():
            return [_body(inner, f"{path}[{index}]", left, depth - 1) for index, inner in enumerate(value)]
        case _:
            return value


def _compiled(environment: ImmutableSandboxedEnvironment, source: str, path: str = "") -> Template:
    place = f"{path}: " if path else ""
    if len(source) > LONGEST:
        raise BadValue(N_("a template has at most %(most)s characters"), most=LONGEST)
    try:
        template = environment.from_string(source)
        template.render(SAMPLE)
    except TemplateSyntaxError as error:
        raise BadValue(N_("this template has a mistake in its line %(line)s: %(reason)s"),
                       line=error.lineno, reason=f"{place}{error.message}") from None  # fmt: skip
    except (TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise BadValue(N_("this template cannot be filled: %(reason)s"), reason=f"{place}{error}"[:200]) from None
    return template


def _filled(template: Template, values: Mapping[str, Any]) -> str:
    try:
        return template.render(values)
    except (TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise SendFailed(f"the reply's template cannot be filled: {error}", permanent=True) from None
