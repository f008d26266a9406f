"""docs/mapped-webhooks.md: the settings of each product are checked, its payload is decoded to what the page says."""

import json
import re
from pathlib import Path

import pytest

from tests.ingest.desk import RULES, balcao

PAGE = (Path(__file__).parents[3] / "docs" / "mapped-webhooks.md").read_text(encoding="utf-8")
BLOCKS = {(kind, name): text for kind, name, text in re.findall(r"```(\w+) (\w+)\n(.*?)```", PAGE, re.DOTALL)}
PRODUCTS = sorted(name for kind, name in BLOCKS if kind == "yaml")


def installed(folder, product):
    body = "".join(f"    {line}\n" for line in BLOCKS["yaml", product].splitlines())
    (folder / "balcao.yaml").write_text(f"version: 1\nchannels:\n  {product}:\n{body}", encoding="utf-8")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "body").write_bytes(body_of(product))
    return str(folder / "balcao.yaml")


def body_of(product):
    """Lines of a form end as on the wire."""
    if ("form", product) in BLOCKS:
        return BLOCKS["form", product].replace("\n", "\r\n").encode()
    return BLOCKS["json", product].encode()


def told(message):
    files = ", ".join(one["name"] for one in [*message["attachments"], *message.get("remote_files", [])])
    values = {
        "sender": message["sender"]["address"], "name": message["sender"]["name"], "text": message["text"],
        "conversation": message["conversation_key"], "message_id": message["message_id"], "files": files or "-",
    }  # fmt: skip
    return "".join(f"{name:<16}{value}\n" for name, value in values.items())


def test_four_products_are_shown():
    assert PRODUCTS == ["chatwoot", "rocketchat", "sendgrid", "zenvia"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_balcao_decode_reads_the_payload_as_the_page_says(product, tmp_path):
    config = installed(tmp_path, product)
    result = balcao("decode", "--channel", product, "-c", config, "--json", str(tmp_path / "body"))

    assert result.exit_code == 0, result.output
    (message,) = json.loads(result.stdout)
    assert told(message) == BLOCKS["text", product]
    assert "payload.problems" not in message["traits"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_balcao_check_finds_nothing_wrong_with_the_settings(product, tmp_path, monkeypatch):
    for name in re.findall(r"env:(\w+)", BLOCKS["yaml", product]):
        monkeypatch.setenv(name, "a secret for tests, long enough")
    result = balcao("check", "-c", installed(tmp_path, product))

    assert result.exit_code == 0, result.output
