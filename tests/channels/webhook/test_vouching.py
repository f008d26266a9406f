"""Which addresses of a sender a webhook answers for: only those that its settings say are checked."""

import json
from datetime import UTC, datetime

import pytest

from channels import webhook
from channels.base import BuildContext
from domain.raw import RawInteraction
from tests.channels.cases import SECRET


def vouched(sender, vouches, tmp_path):
    context = BuildContext(name="site", base=tmp_path, var=tmp_path, hostname="x.example", reveal=lambda _: SECRET)
    options = webhook.Options.model_validate({"secrets": ["env:SECRET"], "vouches": vouches})
    raw = RawInteraction(
        channel="site", dedup_key="site:1", received_at=datetime.now(UTC), envelope={},
        payload=json.dumps({"sender": {"id": "v-1", **sender}, "text": "oi"}).encode(),
    )  # fmt: skip
    (interaction,) = webhook.build(options, context).decode(raw)
    return interaction.vouched


ANA = {"email": "ana@cliente.example", "phone": "(11) 91234-5678"}


@pytest.mark.parametrize(
    ("sender", "vouches", "found"),
    [
        (ANA, [], ()),
        (ANA, ["email"], (("mail", "ana@cliente.example"),)),
        (ANA, ["phone"], (("phone", "+5511912345678"),)),
        (ANA, ["email", "phone"], (("mail", "ana@cliente.example"), ("phone", "+5511912345678"))),
        ({"email": "ana", "phone": "190"}, ["email", "phone"], ()),
        ({"email": "@", "phone": 5}, ["email", "phone"], ()),
        ({"email": "a@b@c", "phone": ""}, ["email", "phone"], ()),
        ({}, ["email", "phone"], ()),
    ],
)
def test_only_what_the_settings_say_is_vouched_for(sender, vouches, found, tmp_path):
    assert vouched(sender, vouches, tmp_path) == found
