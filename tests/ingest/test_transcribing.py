"""What was said in a recording joins its call, and is triaged: by a program, by a service, with their failures."""

import hashlib
import sys
from datetime import UTC, datetime

import pytest
from aiohttp import web
from sqlalchemy import text

from channels.outward import PUBLIC
from channels.voice.transcribe import ByCommand, ByService
from config.settings import load
from domain.errors import TranscriptionFailed
from ingest.transcribing import TRIES, Transcribing
from ingest.wiring import open_contents
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates
from web.serving import serve

__all__ = ["sqlite_templates"]

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: [boleto]}
    set: {department: financeiro, priority: Média}
"""
UPPER = (sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.buffer.read().decode().upper())")
CALL = {"event": "ended", "call_id": "c", "from": "+5511912345678", "to": "1", "talked_s": 9}


class Intake:
    def __init__(self, house):
        self.accept = house.journal.append


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, rules=RULES) as made:
        await made.json("telefone", CALL)
        await made.work()
        yield made


async def attach(house, content=b"quero a segunda via do boleto"):
    """As the chore that fetches files leaves a recording."""
    files = open_contents(load(house.folder / "balcao.yaml"))
    sha256 = hashlib.sha256(content).hexdigest()
    files.put(content, sha256)
    row = "INSERT INTO attachments VALUES (1, 0, :sha, 'x.wav', NULL, 'audio/x-wav', :size, 0"
    known = await house.database.read(lambda c: c.execute(text("SELECT * FROM attachments")).keys())
    row += ", NULL" * (len(list(known)) - 8) + ")"
    await house.database.write(lambda c: c.execute(text(row), {"sha": sha256, "size": len(content)}) and None)
    return files


def chore(house, files, transcriber, language="pt-BR"):
    return Transcribing(house.database, files, Intake(house), {"telefone": transcriber}, language)


async def test_the_words_join_the_message_and_are_triaged_again(house):
    one = chore(house, await attach(house), ByCommand(command=UPPER, seconds=20, largest=1000))
    assert await one.look(datetime.now(UTC)) == 1
    await house.work()
    (ticket,) = await house.tickets()

    (message,) = ticket["messages"]
    assert message["text"].endswith("\n\nTranscrição:\nQUERO A SEGUNDA VIA DO BOLETO")
    assert (ticket["department"], ticket["priority"]) == ("financeiro", "Média")
    assert [one["to"] for one in ticket["history"] if one["what"] == "retriaged"] == ["financeiro/Média"]
    assert await one.look(datetime.now(UTC)) == 0, "once is enough"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pt-BR", "(não transcrita: /nonexistent/whisper não pode ser iniciado"),
        ("en", "(not transcribed: /nonexistent/whisper cannot be started"),
    ],
)
async def test_what_cannot_be_written_down_says_so_in_the_end(house, language, words):
    transcriber = ByCommand(command=("/nonexistent/whisper",), seconds=5, largest=1000)
    one = chore(house, await attach(house), transcriber, language)
    for _ in range(TRIES):
        assert await one.look(datetime.now(UTC)) == 1
    await house.work()
    (ticket,) = await house.tickets()

    assert words in ticket["messages"][0]["text"]
    assert await one.look(datetime.now(UTC)) == 0


@pytest.mark.parametrize(
    ("program", "seconds", "reason"),
    [
        ("import sys; sys.exit(3)", 20, "ended with 3"),
        ("import time; time.sleep(60)", 0.2, "took more than"),
        ("pass", 20, "nothing was said"),
    ],
)
async def test_a_program_that_fails_is_told_of(program, seconds, reason):
    command = ByCommand(command=(sys.executable, "-c", program), seconds=seconds, largest=1000)
    with pytest.raises(TranscriptionFailed, match=reason):
        await command.transcribe(b"audio", "audio/x-wav")


@pytest.mark.parametrize(("status", "answer"), [(200, "Bom dia"), (500, None), (302, None)])
async def test_a_service_is_given_audio_and_gives_text(status, answer):
    seen = []

    async def transcribe(request):
        seen.append((await request.read(), request.content_type, request.headers.get("Authorization")))
        return web.Response(text="Bom dia\x00", status=status, headers={"Location": "http://127.0.0.1:1/"})

    app = web.Application()
    app.router.add_post("/", transcribe)
    async with serve(app, "127.0.0.1", 0) as bound:
        service = ByService(url=f"http://127.0.0.1:{bound.port}/", token="t", seconds=5, largest=1000, outward=PUBLIC)
        if answer is None:
            with pytest.raises(TranscriptionFailed, match=str(status)):
                await service.transcribe(b"audio", "audio/mpeg")
        else:
            assert await service.transcribe(b"audio", "audio/mpeg") == answer

    assert seen == [(b"audio", "audio/mpeg", "Bearer t")]
