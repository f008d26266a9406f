"""Whatever the code gives as a reason is said to people in their language (ingest/presentation/reasons.py)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ingest.presentation.reasons import HOLE, TOLD, why, why_perhaps
from ingest.translations import _, use

ROOT = Path(__file__).parents[3]
PACKAGES = ("channels", "domain", "ingest", "store", "triage")
GIVEN = {
    **dict.fromkeys(
        ("Undecodable", "Skipped", "MalformedJson", "Damaged", "SendFailed", "Refusal", "FetchFailed", "ReceiverError",
         "ConnectionLost", "CredentialsRejected", "Contested", "LeaseLost", "FolderUnusable", "StoreUnavailable",
         "IntakeUnavailable", "QueueRefused", "SchemaTooNew", "CannotStart", "WorkerDied", "TranscriptionFailed",
         "TelegramError", "CannotTell", "LeadsInside", "Broken", "_translated"), 0
    ),
    **dict.fromkeys(("down", "_given_up", "Broken"), 1),
    **dict.fromkeys(("Ignored", "Outcome", "Gap", "Silence", "Placement", "merge"), "reason"),
    "Part": "detail",
}  # fmt: skip
"""Calls that are given a reason, and which of their arguments it is."""
NAMES = frozenset({"reason", "text", "told", "why", "damage", "objection", "pending", "STILL_RINGING", "MIGRATING",
                   "NOT_IN_JOURNAL", "SILENT", "BREAKS_CONNECTION"})  # fmt: skip
"""Variables and keys of tables that hold one until it is given."""
GIVERS = frozenset({"objection_to", "_group_objection", "_not_for_us", "objection", "in_words", "_how", "trouble_of"})
"""Functions that return one."""
NO_REASON = {
    # Mistakes of files and refusals at a door, which are translated or told where they happen.
    "channels/authorities.py": "certificates to trust",
    "channels/fields.py": "%(reference)s",
    "channels/listening.py": "cannot listen on",
    "channels/app/door.py": "Idempotency-Key",
    # Words of a message, of a letter, of a log event, of the start.
    "channels/unreadable.py": "\n",
    "channels/whatsapp/contents.py": "7",
    "channels/whatsapp/files.py": "?",
    "triage/shouting.py": "\n",
    "triage/notices.py": "7",
    "triage/broken.py": "?",
    "ingest/announce.py": "From:",
    "ingest/transcribing.py": "(não transcrita",
    "ingest/otlp.py": "the collector",
    "domain/outgoing.py": "silent",
    # Whatever a library or the name of an error says: it is technical.
    "channels/mapped/expressions.py": "7 in 7",
    "channels/telegram/client.py": "Invalid server response",
    "ingest/download.py": "7: 7",
    # Made of pieces; whole ones are tried below.
    "domain/afterwards.py": "7 7",
    "ingest/entry.py": " ",
    "ingest/pipeline.py": "planned",
    # Of a part that is up.
    "ingest/signs.py": "process 7",
}
"""Files, and what of the texts that are found there is no reason for people."""


def literal(node: ast.expr) -> Iterator[str]:
    """What stands there in words, a value of the code as 7: digits fit wherever a value does."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from literal(body)
            yield from literal(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from literal(value)


def given(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords) if (
                name in GIVEN
            ):
                place = GIVEN[name]
                if isinstance(place, int):
                    yield from args[place : place + 1]
                yield from (keyword.value for keyword in keywords if keyword.arg == place)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])], value=ast.Tuple(elts=[value, *_])) if (
                name in NAMES
            ):
                yield value
            case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr="reasons" | "failed"))], value=value):
                yield value
            case ast.FunctionDef(name=name) if name in GIVERS:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        yield inner.value


@cache
def reasons() -> list[tuple[str, str]]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    found = (
        (str(path.relative_to(ROOT)), text)
        for path in paths
        for node in given(ast.parse(path.read_text(encoding="utf-8")))
        for text in literal(node)
        if text
    )
    return [one for one in dict.fromkeys(found) if one[0] not in NO_REASON or NO_REASON[one[0]] not in one[1]]


@pytest.fixture(autouse=True)
def _portuguese():
    use("pt-BR")
    yield
    use(None)


def test_every_reason_that_the_code_gives_is_known():
    """With its values: what is lost or said twice is counted."""
    said = {(source, reason): why(reason) for source, reason in reasons()}

    assert [(*one, text) for one, text in said.items() if text.startswith("detalhe técnico")] == []
    assert [(*one, text) for one, text in said.items() if text.count("7") != one[1].count("7")] == []


def test_as_many_reasons_are_found_as_there_are():
    """The walk is worth nothing once it finds no more."""
    assert len(reasons()) > 300


def test_every_sentence_is_found_again_by_what_is_written():
    """No other sentence of ours takes it for its own."""
    said = {HOLE.sub("7", msgid): HOLE.sub("7", _(msgid)) for msgid in TOLD}

    assert {written: why(written).replace("detalhe técnico: ", "") for written in said} == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("erased", "apagado"),
        ("erasure 3", "apagamento 3"),
        ("message 12", "mensagem 12"),
        ("2 attachments", "2 anexos"),
        ("messages[0].id: text expected, got nothing", "messages[0].id: esperava-se texto, veio nada"),
        ("a.id: digits expected; b: an array expected, got null",
         "a.id: esperava-se algarismos; b: esperava-se uma lista, veio null"),
        ("line 1, column 1: a JSON object expected, got an array",
         "linha 1, coluna 1: esperava-se um objeto JSON, veio uma lista"),
        ("repeats what is on #3, #4; delivered wamid.X", "repete o que está em #3, #4; entregue: wamid.X"),
        ("given up: the worker process died (exit -9)", "desistimos: o processo de trabalho morreu (saída -9)"),
        ("given up: KeyError: 'x'", "desistimos: detalhe técnico: KeyError: 'x'"),
        ("channel 'loja; sul' is not configured; configure it and retry",
         "o canal 'loja; sul' não está configurado; configure-o e tente de novo"),
        ("the database cannot be used now: OperationalError: disk I/O error",
         "o banco de dados não pode ser usado agora (detalhe técnico: OperationalError: disk I/O error)"),
        ("no_return_path", "sem caminho de volta"),
        ("KeyError: 'id'", "detalhe técnico: KeyError: 'id'"),
        ("promoção de outra loja; echo of our own message",
         "detalhe técnico: promoção de outra loja; eco da nossa própria mensagem"),
        ("rules.yaml:3:7: there is no department 'x'; the rule file declares: a, b",
         "rules.yaml:3:7: não existe o departamento 'x'; o arquivo de regras declara: a, b"),
        ("a.yaml:1:1: nobody says so\nb.yaml:2:2: there is no file tax.csv",
         "a.yaml:1:1: nobody says so\nb.yaml:2:2: não há arquivo tax.csv"),
        ("", ""),
    ],
)  # fmt: skip
def test_reasons_in_portuguese(reason, said):
    assert why(reason) == said


def test_what_a_person_wrote_is_left_as_it_is():
    assert why_perhaps("promoção de outra loja; our own message") == "promoção de outra loja; mensagem nossa"
    assert why_perhaps("cliente pediu por telefone") == "cliente pediu por telefone"
    assert why_perhaps("same conversation") == "mesma conversa"


def test_in_english_sentences_are_as_they_are_written():
    use("en")

    assert why("messages[0].id: text expected, got nothing") == "messages[0].id: text expected, got nothing"
    assert why("rules.yaml:3:7: this is unknown") == "rules.yaml:3:7: this is unknown"
    assert why("KeyError: 'id'") == "technical detail: KeyError: 'id'"
