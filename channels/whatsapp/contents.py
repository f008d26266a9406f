"""What a WhatsApp message says, by its type: words for people and rules, files to fetch, traits.

text · button · interactive (button, list, form) · image, video, audio, document, sticker · location · contacts · order
· unsupported, and whatever type comes next: filed with its name, for its writer waits for an answer
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from channels.cleaning import clean_file_name, clean_line
from channels.json_text import MalformedJson, read_object
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import TraitValue
from domain.remote import UNKNOWN_TYPE, RemoteFile

MOST_LINES = 100
_NAMES = {"image": "imagem", "video": "vídeo", "audio": "áudio", "voice": "áudio", "document": "documento",
          "sticker": "figurinha"}  # fmt: skip
_ENDINGS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "video/3gp": ".3gp",
    "audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
    "application/pdf": ".pdf", "text/plain": ".txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    text: str
    files: tuple[RemoteFile, ...] = ()
    traits: dict[str, TraitValue] = field(default_factory=dict)


def content_of(message: Wild, kind: str) -> Content:
    """Raises Undecodable."""
    return _READERS.get(kind, _unknown)(message, kind)


def _text(message: Wild, kind: str) -> Content:
    text = message.part("text").text("body")
    if not text or not text.strip():
        raise Undecodable(f"{message.path}.{kind}.body: text expected, got nothing")
    return Content(text=text)


def _button(message: Wild, kind: str) -> Content:
    button = message.part(kind)
    payload = button.line("payload")
    return Content(text=button.required_line("text", "payload"), traits=_given({"whatsapp.reply": payload}))


def _interactive(message: Wild, kind: str) -> Content:
    interactive = message.part(kind)
    which = interactive.line("type") or ""
    if which == "nfm_reply":
        return _form(interactive.part(which))
    reply = interactive.optional_part(which) if which else interactive
    title, described = reply.line("title") or reply.line("name"), reply.line("description")
    if title is None:
        return _unknown(message, f"{kind} {which}".strip())
    text = "\n".join(filter(None, [title, described]))
    return Content(text=text, traits=_given({"whatsapp.reply": reply.line("id")}))


def _form(reply: Wild) -> Content:
    """A flow's answers, one a line; what they are called is the form's."""
    try:
        answers = read_object((reply.text("response_json") or "{}").encode())
    except MalformedJson:
        answers = {}
    said = [f"{clean_line(name, 100)}: {_plain(value)}" for name, value in answers.items() if name != "flow_token"]
    head = reply.line("body") or reply.line("name") or "Formulário"
    return Content(text="\n".join([head, *said[:MOST_LINES]]), traits=_given({"whatsapp.reply": reply.line("name")}))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value[:MOST_LINES] if not isinstance(one, list | dict))
    return clean_line(value if isinstance(value, str) else "" if isinstance(value, dict) else str(value), 500)


def _media(message: Wild, kind: str) -> Content:
    media = message.part(kind)
    media_type = (media.line("mime_type") or UNKNOWN_TYPE).split(";")[0].strip().lower()
    name = media.line("filename")
    file = RemoteFile(
        reference=media.required_line("id"),
        name=clean_file_name(name or "", otherwise=_NAMES[kind] + _ENDINGS.get(media_type, "")),
        content_type=media_type,
        original_name=name,
    )
    return Content(text=media.text("caption") or "", files=(file,))


def _location(message: Wild, kind: str) -> Content:
    place = message.part(kind)
    latitude, longitude = (_degrees(place, name, most) for name, most in (("latitude", 90.0), ("longitude", 180.0)))
    named = [part for part in (place.line("name"), place.line("address")) if part]
    where = f"{latitude:.6f}, {longitude:.6f}"
    lines = ["Localização: " + (", ".join(named) or where), where if named else None, place.line("url")]
    traits: dict[str, TraitValue] = {"location.latitude": latitude, "location.longitude": longitude}
    return Content(text="\n".join(filter(None, lines)), traits=traits)


def _degrees(place: Wild, name: str, most: float) -> float:
    given = place.value.get(name)
    try:
        degrees = float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else None
    except (ValueError, OverflowError):
        degrees = None
    if degrees is None or not -most <= degrees <= most:
        raise Undecodable(f"{place.path}.{name}: degrees expected")
    return degrees


def _contacts(message: Wild, kind: str) -> Content:
    cards = [_card(card) for card in message.parts(kind)]
    if not cards:
        raise Undecodable(f"{message.path}.{kind}: contacts expected, got none")
    return Content(text="\n".join(cards[:MOST_LINES]))


def _card(card: Wild) -> str:
    name = card.optional_part("name")
    called = name.line("formatted_name") or name.line("first_name") or "(sem nome)"
    numbers = [number for phone in card.parts("phones") if (number := phone.line("phone") or phone.line("wa_id"))]
    mails = [address for mail in card.parts("emails") if (address := mail.line("email"))]
    company = card.optional_part("org").line("company")
    return ", ".join(filter(None, [f"Contato: {called}", company, *numbers[:10], *mails[:10]]))


def _order(message: Wild, kind: str) -> Content:
    order = message.part(kind)
    items = [_item(item) for item in order.parts("product_items")]
    lines = ["Pedido do catálogo:", *items[:MOST_LINES], *filter(None, [order.text("text")])]
    traits: dict[str, TraitValue] = {"order.catalog": order.line("catalog_id"), "order.items": len(items)}
    return Content(text="\n".join(lines), traits=_given(traits))


def _item(item: Wild) -> str:
    quantity, price = (item.value.get(name) for name in ("quantity", "item_price"))
    cost = f", {_plain(price)} {item.line('currency') or ''}".rstrip() if price is not None else ""
    return f"{_plain(quantity) or '?'} x {item.line('product_retailer_id') or '?'}{cost}"


def _unknown(message: Wild, kind: str) -> Content:
    """WhatsApp passes nothing on of some kinds (polls, view once), and new ones will come."""
    inner = message.optional_part("unsupported").line("type")
    problems = list(_errors(message))
    told = f" ({'; '.join(problems)})" if problems else ""
    text = f"[Mensagem de um tipo que não chega por aqui: {inner or clean_line(kind, 60)}{told}]"
    return Content(text=text, traits={"whatsapp.unsupported": inner or clean_line(kind, 60)})


def _errors(message: Wild) -> Iterator[str]:
    for error in message.parts("errors"):
        code = error.value.get("code")
        yield clean_line(f"{_plain(code)} {error.line('title') or error.line('message') or ''}", 200)


def _given(traits: dict[str, TraitValue]) -> dict[str, TraitValue]:
    return {name: value for name, value in traits.items() if value is not None}


_READERS: dict[str, Callable[[Wild, str], Content]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    **dict.fromkeys(_NAMES, _media),
    "location": _location,
    "contacts": _contacts,
    "order": _order,
}
