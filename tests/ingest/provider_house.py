"""A house with the chat providers as channels, each before its own fake API. Journal, store, dispatcher are real."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from store import replying
from store.migrating import upgrade
from tests.channels.cases import SECRET
from tests.channels.graph.meta import graph_api, hub_signed
from tests.channels.site import calling
from tests.channels.slack.workspace import slack_signed, web_api
from tests.pipeline import install, opened
from triage.reply import plan_reply

BLOCKS = """\
  zap:
    kind: whatsapp
    secrets: ["file:var/secrets/zap.key"]
    verify_token: file:var/secrets/zap.key
    token: file:var/secrets/zap.key
    template: {name: resposta, parameters: ["{ticket}", "{text}"]}
    api: %(graph)s
  meta:
    kind: messenger
    secrets: ["file:var/secrets/zap.key"]
    verify_token: file:var/secrets/zap.key
    accounts:
      - {id: "104830000000001", token: "file:var/secrets/zap.key"}
    api: %(graph)s
  slack:
    kind: slack
    secrets: ["file:var/secrets/zap.key"]
    token: file:var/secrets/zap.key
    api: %(slack)s
"""
SIGNERS = {"zap": hub_signed, "meta": hub_signed, "slack": slack_signed}


def migrated_in(folder):
    paths = {kind: folder / f"{kind}.db" for kind in ("journal", "desk")}
    for kind, path in paths.items():
        asyncio.run(upgrade(f"sqlite:///{path}", kind))
    return paths


@asynccontextmanager
async def provider_house(folder, migrated):
    async with graph_api() as graph, web_api() as slack:
        install(folder, templates=migrated)
        with (folder / "balcao.yaml").open("a", encoding="utf-8") as settings:
            settings.write(BLOCKS % {"graph": graph.api, "slack": slack.api})
        key = folder / "var" / "secrets" / "zap.key"
        key.parent.mkdir()
        key.write_text(SECRET)
        key.chmod(0o600)
        house = await opened(folder)
        house.graph, house.slack = graph, slack
        try:
            yield house
        finally:
            await house.close()
            for name in SIGNERS:
                await house.channels[name].sender.close()


class Door:
    """What an intake is to a channel: the house's own journal."""

    def __init__(self, house):
        self.house = house

    async def accept(self, raw):
        return await self.house.journal.append(raw)


async def post(house, channel, value, intake=None):
    """The status that the channel's own route answers to `value`, signed."""
    body = json.dumps(value).encode()
    async with calling(list(house.channels[channel].routes(intake or Door(house)))) as caller:
        caller.path = f"/hooks/{channel}"
        return (await caller.post(body, SIGNERS[channel](body)))[0]


async def reply(house, number, words):
    def unit(connection):
        answered = replying.answered(connection, number)
        made = plan_reply(answered, number=replying.next_number(connection), text=words, attachments=(),
                          language="pt-BR", mailbox=None, own=[], key=b"k" * 32)  # fmt: skip
        replying.record(connection, made, replying.state_of(connection, number), "maria", datetime.now(UTC))

    await house.database.write(unit)
