"""What the settings allow inside the house reaches whoever calls out, and no other settings of this process."""

import gc
import json

import pytest

from channels.http_session import HttpSession
from channels.imap.tokens import Tokens
from channels.outward import Outward
from channels.voice.transcribe import ByService
from config.settings import load
from ingest.wiring import build_channels

REPLY = {"url": "https://chat.example/balcao", "secret": "env:S"}
SPEAKING = {
    "webhook": {"secrets": ["env:S"], "reply": REPLY},
    "mapped": {"proof": {"scheme": "unsigned"}, "mapping": {"sender": "a", "text": "b"},
               "reply": {"url": "https://chat.example/{{ to }}", "body": {"t": "{{ text }}"}}},
    "app": {"applications": {"portal": {"keys": ["env:S"], "reply": REPLY}}},
    "whatsapp": {"secrets": ["env:S"], "verify_token": "env:S", "token": "env:S"},
    "slack": {"secrets": ["env:S"], "token": "env:S"},
    "messenger": {"secrets": ["env:S"], "verify_token": "env:S", "accounts": [{"id": "1048", "token": "env:S"}]},
    "voice": {"twilio": {"account": "AC1", "token": "env:S", "public_url": "https://a.example/", "sender": "+5511999"},
              "transcription": {"url": "https://fala.example/"}},
    "imap": {"host": "a.example", "username": "u", "oauth": {"token_url": "https://a.example/t", "client_id": "x"}},
}  # fmt: skip


def built(folder, kind, inside):
    folder.mkdir()
    channels = {"one": {"kind": kind, **SPEAKING[kind]}}
    (folder / "balcao.yaml").write_text(json.dumps({"version": 1, "web": {"inside": inside}, "channels": channels}))
    return build_channels(load(folder / "balcao.yaml"))


def guards():
    """Of every caller that there is."""
    callers = [one for one in gc.get_objects() if isinstance(one, HttpSession | Tokens | ByService)]
    return [one.outward if isinstance(one, ByService) else one._outward for one in callers]


@pytest.mark.parametrize("kind", SPEAKING)
def test_each_caller_is_given_what_its_own_settings_allow(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("S", "x" * 40)
    gc.collect()
    before = len(guards())
    first = built(tmp_path / "first", kind, ["10.9.0.0/16"])
    second = built(tmp_path / "second", kind, [])
    allowed = [one.allows("10.9.1.1") for one in guards()[:]]
    assert len(guards()) > before
    assert allowed.count(True) == (len(guards()) - before) / 2
    assert first.keys() == second.keys()
    assert not Outward().allows("10.9.1.1")
