"""`balcao settings schema`: the schema an editor gets fits the file that `balcao init` writes."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from channels import KINDS
from config import settings as shipped
from config.reading import read
from domain.document import plain
from ingest.cli import main

SHIPPED = Path(shipped.__file__).with_name("balcao.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def schema():
    answer = CliRunner().invoke(main, ["settings", "schema"])
    assert answer.exit_code == 0
    return json.loads(answer.output)


def valid(schema, text):
    return jsonschema.Draft202012Validator(schema).is_valid(plain(read(text, "balcao.yaml")))


def test_the_shipped_file_is_valid(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    assert valid(schema, SHIPPED)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("disk_reserve: 200MB", "disk_reserve: lots"),
        ("language: pt-BR", "language: de"),
        ("plus_addressing: true", "plus_adressing: true"),
        ("version: 1 ", "version: 2 "),
        ("kind: voice", "kind: pigeon"),
    ],
)
def test_a_mistake_is_seen_by_an_editor_too(schema, right, wrong):
    assert right in SHIPPED
    assert not valid(schema, re.sub(re.escape(right), wrong, SHIPPED, count=1))


def test_every_channel_kind_is_described(schema):
    assert all(kind in json.dumps(schema) for kind in KINDS)
