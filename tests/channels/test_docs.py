"""What docs/channels.md shows works when it is pasted."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channels.json_door import Door
from channels.signing import SigningKey, standard_webhooks
from channels.voice.decode import decode as decode_call
from channels.webhook.decode import decode as decode_message
from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT
from tests.channels.site import FakeIntake, calling
from triage.vocabulary import CALL_TRAITS

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
"""As the first start writes it; the key holds a NUL, which no shell keeps in a variable."""


def snippet(language):
    return re.search(rf"<!-- tested: {language} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)[1]


def json_example(section):
    return re.search(rf"\n## `{section}`.*?```json\n(.*?)```", PAGE, re.DOTALL)[1]


def raw(payload):
    return RawInteraction(channel="site", dedup_key="site:1", received_at=RECEIVED_AT, payload=payload.encode())


@pytest.mark.parametrize("language", ["shell", "python"])
async def test_the_signing_examples_are_accepted(language, tmp_path):
    command = ["sh", "-c"] if language == "shell" else [sys.executable, "-c"]
    if language == "shell" and not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("curl and openssl are not installed")
    key = tmp_path / "var" / "secrets" / "site.key"
    key.parent.mkdir(parents=True)
    key.write_text(SECRET + "\n")
    intake = FakeIntake()
    door = Door(channel="site", prove=standard_webhooks((SigningKey.from_text(SECRET),)), max_body=10_000)
    async with calling(list(door.routes(intake))) as caller:
        text = snippet(language).replace("127.0.0.1:8080", f"127.0.0.1:{caller.port}")
        ran = await asyncio.to_thread(
            subprocess.run, [*command, text], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )

    assert '"duplicate":false' in ran.stdout, ran.stderr
    (accepted,) = intake.accepted
    assert decode_message(accepted, answers=False)[0].sender.address == "u-77"


def test_the_message_example_is_read_whole():
    payload = json_example("webhook").replace("<base64>", "YQ==")
    (interaction,) = decode_message(raw(payload), answers=True)

    assert "payload.problems" not in interaction.traits
    assert interaction.conversation_key == "c-2026-0091"
    assert {"context.page", "context.plan", "context.order.id", "sender.email", "sender.phone"} == set(
        interaction.traits
    )
    assert len(interaction.attachments) == 1


def test_the_call_example_is_read_whole():
    payload = json_example("voice")
    (interaction,) = decode_call(raw(payload))

    assert interaction.text.startswith("Chamada perdida de +55 11 91234-5678, fila Suporte, esperou 42 s")
    assert "payload.problems" not in interaction.traits


def test_every_call_trait_is_told():
    raw = RawInteraction(
        channel="telefone", dedup_key="1", received_at=RECEIVED_AT, payload=json_example("voice").encode()
    )
    traits = {**decode_call(raw)[0].traits, **dict.fromkeys(CALL_TRAITS)}

    assert [name for name in traits if f"`{name}`" not in PAGE] == []
