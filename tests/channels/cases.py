"""Captured payloads and how a test reads them.

    tests/channels/<kind>/payloads/<name>.<ext>             the bytes as they came
    tests/channels/<kind>/payloads/<name>.envelope.json     what the transport knew beside them, if it matters
    tests/channels/<kind>/expected/<name>.json              what decode makes of them, as `balcao decode --json`
    tests/channels/<kind>/transport.py                      OPTIONS, and how one interaction is handed over

Write expected files anew with: python -m tests.channels.cases KIND… (then read the difference).
"""

import importlib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels import KINDS, load_kind
from channels.base import BuildContext, Channel
from channels.presentation import decoded_as_json
from domain.errors import Undecodable
from domain.raw import RawInteraction

HERE = Path(__file__).parent
RECEIVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAME = "canal"
SECRET = "contract test secret, long enough"


@dataclass(frozen=True)
class Case:
    kind: str
    path: Path

    @property
    def expected(self) -> Path:
        return HERE / self.kind / "expected" / f"{self.path.stem}.json"

    def raw(self, payload: bytes | None = None) -> RawInteraction:
        envelope = self.path.with_name(f"{self.path.stem}.envelope.json")
        return RawInteraction(
            channel=NAME,
            dedup_key=f"{NAME}:{self.path.stem}",
            received_at=RECEIVED_AT,
            payload=self.path.read_bytes() if payload is None else payload,
            envelope=json.loads(envelope.read_text()) if envelope.exists() else {},
        )


def cases_of(kind: str) -> list[Case]:
    folder = HERE / kind / "payloads"
    return [Case(kind, path) for path in sorted(folder.glob("*")) if not path.name.endswith(".envelope.json")]


def all_cases() -> list[Case]:
    return [case for kind in KINDS for case in cases_of(kind)]


def transport_of(kind: str) -> Any:
    return importlib.import_module(f"tests.channels.{kind}.transport")


def build_channel(kind: str, var: Path) -> Channel:
    module = load_kind(kind)
    context = BuildContext(name=NAME, base=var, var=var, hostname="balcao.example", reveal=lambda _reference: SECRET)
    return module.build(module.Options.model_validate(transport_of(kind).OPTIONS), context)


def as_json(channel: Channel, raw: RawInteraction) -> Any:
    try:
        return decoded_as_json(channel.decode(raw))
    except Undecodable as error:
        return {"undecodable": str(error)}


def write_expected(kind: str) -> None:
    channel = build_channel(kind, Path("var"))
    for case in cases_of(kind):
        case.expected.parent.mkdir(exist_ok=True)
        text = json.dumps(as_json(channel, case.raw()), ensure_ascii=False, indent=1, allow_nan=False)
        case.expected.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write_expected(name)
