"""Files of an agent's reply on chats: each a message of its own, after the words, with a fate of its own."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from domain.interaction import Attachment
from store import outbox, replying
from tests.channels.graph.meta import error
from tests.ingest.provider_house import migrated_in, provider_house
from tests.ingest.test_whatsapp import messages, post, said
from triage.reply import plan_reply

PDF = Attachment(name="manual.pdf", content_type="application/pdf", content=b"%PDF-1.7")
ZIP = Attachment(name="tudo.zip", content_type="application/zip", content=b"PK")
PNG = Attachment(name="tela.png", content_type="image/png", content=b"png")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    return migrated_in(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
async def house(tmp_path, migrated):
    async with provider_house(tmp_path, migrated) as house:
        await post(house, messages(said(1, "oi")))
        await house.work()
        await house.dispatch()
        house.graph.sent.clear()
        yield house


async def reply(house, *files):
    """What `balcao tickets reply 1` writes down."""
    for file in files:
        house.pipeline._files.put(file.content, file.sha256)

    def unit(connection):
        made = plan_reply(replying.answered(connection, 1), number=replying.next_number(connection), text="segue",
                          attachments=files, language="pt-BR", mailbox=None, own=[], key=b"k" * 32)  # fmt: skip
        replying.record(connection, made, replying.state_of(connection, 1), "maria", datetime.now(UTC), apart=True)

    await house.database.write(unit)


async def fate(house):
    message = (await house.ticket(1))["messages"][-1]
    words = message["sending"]
    return [
        (words["state"], words["reason"]),
        *((file["name"], file["sending"]["state"]) for file in message["attachments"]),
    ]


async def test_the_words_go_first_then_each_file(house):
    await reply(house, PDF, PNG)
    await house.dispatch()

    assert [body["type"] for _, body in house.graph.sent] == ["text", "document", "image"]
    assert [(name, content) for _, name, _, content in house.graph.uploads] == [
        ("manual.pdf", b"%PDF-1.7"), ("tela.png", b"png"),
    ]  # fmt: skip
    assert await fate(house) == [("sent", None), ("manual.pdf", "sent"), ("tela.png", "sent")]


async def test_a_file_that_is_refused_loses_neither_the_words_nor_the_others(house):
    await reply(house, ZIP, PNG)
    await house.dispatch()

    assert [body["type"] for _, body in house.graph.sent] == ["text", "image"]
    assert await fate(house) == [("sent", None), ("tudo.zip", "failed"), ("tela.png", "sent")]
    (file, _) = (await house.ticket(1))["messages"][-1]["attachments"]
    assert "one of the following types" in file["sending"]["reason"]


async def test_files_wait_for_words_that_could_not_be_sent_yet(house):
    await reply(house, PDF)
    now = datetime.now(UTC)

    def claimed(connection):
        return outbox.claim(connection, 10, now, busy={}, per_destination=10)

    [words] = await house.database.write(claimed)
    assert (words.text, words.files, words.idempotency_key.count("/")) == ("segue\n", (), 0)
    assert await house.database.write(claimed) == []
    ending = outbox.deferred(words.outbox_id, "busy", now)
    await house.database.write(lambda connection: outbox.finish(connection, [ending]))
    [again] = await house.database.write(claimed)
    assert again.outbox_id == words.outbox_id
    await house.database.write(lambda connection: outbox.finish(connection, [outbox.sent(again.outbox_id, "x", now)]))
    [file] = await house.database.write(claimed)
    assert (file.text, [one.name for one in file.files]) == ("", ["manual.pdf"])
    assert file.idempotency_key == f"{words.idempotency_key}/1"


async def test_only_what_failed_is_tried_again(house):
    """The second file meets a limit: it alone is sent again."""
    taken = [(200, {"messages": [{"id": f"wamid.{number}"}]}) for number in range(2)]
    status, body = error(130429, status=429)
    house.graph.script += [*taken, (status, body, {"Retry-After": "1"})]
    await reply(house, PDF, PNG)
    await house.dispatch()

    assert [body["type"] for _, body in house.graph.sent] == ["text", "document", "image", "image"]
    assert await fate(house) == [("sent", None), ("manual.pdf", "sent"), ("tela.png", "sent")]
    assert [row["attempts"] for row in (await house.outgoing())[-3:]] == [1, 1, 2]


async def test_after_a_crash_what_was_being_sent_is_sent_again_and_nothing_else(house):
    """A file that was under way when the daemon died goes again; words that were noted as sent do not."""
    await reply(house, PDF)
    await house.dispatch()
    statement = text("UPDATE outbox SET state = 'sending', finished_at = NULL WHERE part = 1")
    await house.database.write(lambda connection: connection.execute(statement))
    await house.dispatch()

    assert [body["type"] for _, body in house.graph.sent] == ["text", "document", "document"]
