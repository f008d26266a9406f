"""One morning at a small software house: what customers send, and what the desk should make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zlib import crc32


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`joins`: the step whose ticket this one must land on. `answered`: an acknowledgement goes out.

    `silence`: the reason that must be recorded when none goes out.
    """

    department: str
    priority: str
    answered: bool
    joins: str | None = None
    flagged: bool = False
    attachments: int = 0
    silence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`body`: a mail's bytes, or the JSON of a webhook. `replies_to`: the step whose acknowledgement is answered."""

    name: str
    channel: str
    body: bytes | dict[str, Any]
    expected: Expected
    sender: str = ""
    recipient: str = "suporte@exemplo.com.br"
    replies_to: str | None = None


def mail(sender: str, subject: str, text: str, *, to: str = "suporte@exemplo.com.br", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 23 Nov 2026 09:12:00 -0300"
    message["Message-ID"] = f"<{crc32(f'{sender} {subject}'.encode()):x}@cliente.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def _quote_request() -> bytes:
    """ISO-8859-1 with an attachment, as an old Outlook writes it."""
    message = mail("José Gonçalves <jose@padaria.example>", "Orçamento", "x")
    message.set_content(
        "Bom dia,\n\nGostaria de um orçamento para três estações.\nSegue anexa a relação dos equipamentos.\n\n"
        "Atenção: preciso da proposta até sexta.\n\nJosé Gonçalves\n",
        charset="iso-8859-1",
        cte="quoted-printable",
    )
    message.add_attachment(b"nome;quantidade\ncaixa;3\n", maintype="text", subtype="csv", filename="relação.csv")
    return message.as_bytes()


def _invoice_stuck() -> bytes:
    """HTML only, as web mail sends it."""
    message = mail("Carla Dias <carla@loja.example>", "Nota fiscal", "x")
    message.set_content(
        "<html><body><p>Olá,</p><p>Não consigo <b>emitir a nota fiscal</b> desde cedo e o caminhão está parado"
        " esperando a <i>entrega</i>.</p><ul><li>aparece o erro 539</li></ul></body></html>",
        subtype="html",
    )
    return message.as_bytes()


STEPS: Sequence[Step] = (
    Step(
        name="boleto",
        channel="email",
        sender="ana@cliente.example",
        recipient="financeiro@exemplo.com.br",
        body=mail(
            "Ana Souza <ana@cliente.example>",
            "Segunda via do boleto",
            "Bom dia!\n\nPreciso da segunda via do boleto de novembro.\n\nObrigada,\nAna\n",
            to="financeiro@exemplo.com.br",
        ).as_bytes(),
        expected=Expected(department="financeiro", priority="Baixa", answered=True),
    ),
    Step(
        name="cliente bravo",
        channel="email",
        sender="rui@obra.example",
        body=mail(
            "Rui <rui@obra.example>",
            "SUPORTE DA POR#@$$!!!",
            "JÁ LIGUEI TRÊS VEZES E NINGUÉM RESOLVE NADA!!! O SISTEMA ESTÁ FORA DO AR DESDE ONTEM!!!\n",
        ).as_bytes(),
        expected=Expected(department="suporte", priority="Alta", answered=True, flagged=True),
    ),
    Step(
        name="orçamento (ISO-8859-1, anexo)",
        channel="email",
        sender="jose@padaria.example",
        body=_quote_request(),
        expected=Expected(department="comercial", priority="Baixa", answered=True, attachments=1),
    ),
    Step(
        name="nota parada (só HTML)",
        channel="email",
        sender="carla@loja.example",
        body=_invoice_stuck(),
        expected=Expected(department="suporte", priority="Alta", answered=True),
    ),
    Step(
        name="resposta ao boleto",
        channel="email",
        sender="ana@cliente.example",
        replies_to="boleto",
        body=b"",
        expected=Expected(
            department="financeiro", priority="Baixa", answered=False, joins="boleto", silence="already_acknowledged"
        ),
    ),
    Step(
        name="resposta de férias",
        channel="email",
        sender="",
        body=mail(
            "Bruno <bruno@cliente.example>",
            "Resposta automática: estou de férias",
            "Estou fora do escritório até 30/11.\n",
            Auto_Submitted="auto-replied",
        ).as_bytes(),
        expected=Expected(department="suporte", priority="Baixa", answered=False, silence="automatic_auto_reply"),
    ),
    Step(
        name="chat assinado",
        channel="site",
        body={
            "sender": {"id": "visitante-17", "name": "Bia"},
            "conversation": "conversa-17",
            "message_id": "chat-1",
            "text": "oi, como faço pra trocar minha senha?",
        },
        expected=Expected(department="suporte", priority="Baixa", answered=True),
    ),
    Step(
        name="ligação atendida",
        channel="telefone",
        body={
            "event": "ended",
            "call_id": "pbx-1001",
            "direction": "inbound",
            "from": "+5511912345678",
            "to": "+551130001000",
            "queue": "Suporte",
            "agent": "Marina",
            "started_at": "2026-11-23T12:20:00Z",
            "answered_at": "2026-11-23T12:20:09Z",
            "ended_at": "2026-11-23T12:24:41Z",
            "waited_s": 9,
            "talked_s": 272,
            "duration_s": 281,
            "ended_by": "caller",
            "recording": "https://pbx.exemplo.com.br/gravacoes/pbx-1001.mp3",
        },
        expected=Expected(department="suporte", priority="Baixa", answered=False),
    ),
    Step(
        name="ligação perdida",
        channel="telefone",
        body={
            "event": "missed",
            "call_id": "pbx-1002",
            "direction": "inbound",
            "from": "+5521998765432",
            "to": "+551130001000",
            "queue": "Suporte",
            "at": "2026-11-23T12:31:00Z",
            "waited_s": 48,
        },
        expected=Expected(department="suporte", priority="Média", answered=False),
    ),
)

MAILBOX_STEP = Step(
    name="caixa postal (IMAP)",
    channel="caixa",
    sender="davi@mercado.example",
    body=b"Return-Path: <davi@mercado.example>\n"
    + mail(
        "Davi <davi@mercado.example>",
        "Acesso ao sistema",
        "Bom dia,\n\npreciso da segunda via do boleto de outubro.\n\nDavi\n",
        to="caixa@exemplo.com.br",
    ).as_bytes(),
    expected=Expected(department="financeiro", priority="Baixa", answered=True),
)
"""What lies in a mailbox on somebody else's server, where the demo can have one."""


def reply_to(acknowledgement: bytes, sender: str) -> tuple[bytes, str]:
    """A customer's answer to our acknowledgement, written as their mail program would; and its recipient."""
    ours = message_from_bytes(acknowledgement, policy=policy.default)
    address = ours["Reply-To"].addresses[0].addr_spec
    message = mail(
        f"Ana Souza <{sender}>",
        f"Re: {ours['Subject']}",
        "É o boleto com vencimento no dia 10.\n\nEm seg., 23 de nov. de 2026 às 09:13, Suporte escreveu:\n"
        "> Olá,\n> recebemos sua mensagem\n",
        to=address,
        In_Reply_To=ours["Message-ID"],
        References=ours["Message-ID"],
    )
    return message.as_bytes(), address
