"""Mail by which a third party wants an address confirmed, told from what customers write about such mail."""

import pytest

from tests.channels.mail.reading import read

ANA = "ana@cliente.example"
LINK = "https://app.terceiro.example/verify?t=9f2"


def asks(subject, body, sender="no-reply@terceiro.example", headers=""):
    head = f"From: {sender}\r\nSubject: {subject}\r\nTo: suporte@exemplo.com\r\n{headers}"
    return bool(read(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}").traits.get("mail.verification"))


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Confirm your email address", f"Hi! Please confirm your email: {LINK}"),
        ("Verify your email", f"Click the link below to verify your account.\n{LINK}"),
        ("123456 is your verification code", "Enter this code in the app. It expires in 10 minutes."),
        ("Your Terceiro security code", "Your code is 482 913. If you didn't request this, ignore it."),
        ("Your login code", "Use 9KD-22X to sign in to your account. Use the following code: 9KD-22X"),
        ("Terceiro confirmation code: ABC-DEF", "Your confirmation code is below\n\nABC-DEF"),
        ("Magic link for Terceiro", f"Sign in: {LINK}"),
        ("You've been invited to join Exemplo on Terceiro", f"Join now: {LINK}"),
        ("Reset your password", f"Someone asked for a new password. {LINK}"),
        ("Confirme seu e-mail", f"Clique no botão abaixo para confirmar seu cadastro: {LINK}"),
        ("Seu código de verificação", "Digite o código 774411 para continuar."),
        ("Código de acesso: 774411", "Caso você não tenha solicitado, ignore."),
        ("Ative sua conta", f"Falta pouco! Acesse o link para ativar a conta: {LINK}"),
        ("Redefinição da sua senha", f"Redefina sua senha em {LINK}"),
        ("Verifica tu correo electrónico", f"Haz clic en el enlace para confirmar tu cuenta: {LINK}"),
        ("Tu código de seguridad", "Introduce el código 889900. Si no has solicitado este código, ignóralo."),
        ("Bem-vindo ao Terceiro", f"Clique no link para confirmar seu endereço de e-mail: {LINK}"),
        ("Welcome!", f"To get started, verify your email address: {LINK}"),
    ],
)
def test_asked_by_a_machine(subject, body):
    assert asks(subject, body)


@pytest.mark.parametrize("sender", ["hello@terceiro.example", "maria@terceiro.example"])
def test_subject_and_text_together_need_no_machine(sender):
    assert asks("Confirm your email address", f"Click the link below to confirm your email address: {LINK}", sender)


def test_a_service_is_known_by_its_headers():
    headers = "List-Unsubscribe: <mailto:x@y.example>\r\n"
    assert asks("Verify your email", LINK, "hello@terceiro.example", headers)


@pytest.mark.parametrize(
    ("subject", "body", "sender"),
    [
        (
            "Não recebo o código de verificação",
            "Pedi 3 vezes hoje e o SMS 11912345678 não chega.",
            "ana@cliente.example",
        ),
        ("código de verificação inválido", "Digitei 123456 e deu erro.", ANA),
        ("Re: Confirm your email address", f"I cannot. {LINK}", "no-reply@terceiro.example"),
        ("Enc: Seu código de verificação", "Digite o código 774411 para continuar.", ANA),
        ("Confirmar endereço de entrega", "Podem confirmar o endereço do pedido 445566?", ANA),
        ("Pedido 445566", "Bom dia, quando chega?", ANA),
        ("Nota fiscal 123456 emitida", f"Sua nota: {LINK}", "no-reply@erp.example"),
        ("ALERTA: disco cheio em db1", f"Uso 97%. {LINK}", "alerts@monitor.example"),
        ("Confirme seu e-mail", "Texto sem nada a clicar.", ANA),
        ("", "", "no-reply@terceiro.example"),
    ],
)
def test_what_is_none(subject, body, sender):
    assert not asks(subject, body, sender)
