"""Which address a delivery report may mark: only one that our message was really sent to."""

import pytest

from domain.delivery import DeliveryAction, DeliveryReport, SentMessage
from domain.interaction import Automated
from tests.samples import MAILBOX, TOKEN_KEY, mail
from triage.bounces import bounced_message, failures_of, named_messages
from triage.token import sign, sign_bounce, verify, verify_bounce

ANA = "ana@cliente.example"
OURS = "<balcao.7.0123456789abcdef01234567@exemplo.com.br>"
SENT = SentMessage(outbox_id=3, ticket=7, number=12, message_id=OURS, recipient="Ana@Cliente.example")
SIGNED = f"bounces+{sign_bounce(TOKEN_KEY, 7, 12)}@exemplo.com.br"


def bounce(*, to="suporte@exemplo.com.br", recipient=ANA, action="failed", references=(), status="5.1.1", **more):
    reports = (DeliveryReport(recipients=(recipient,), action=DeliveryAction(action), status=status),)
    values = {"automated": Automated.BOUNCE, "deliveries": reports, "envelope_recipients": (to,), **more}
    return mail(references=references, **values)


def marked(interaction, *sent):
    return [failure.address for failure in failures_of(interaction, sent or (SENT,), TOKEN_KEY)]


def test_a_signed_bounce_address_names_the_message_and_its_recipient():
    assert marked(bounce(to=SIGNED)) == [ANA]
    assert marked(bounce(to=SIGNED, recipient="ana@casa.example")) == [ANA], "he has it forwarded"


def test_a_message_id_of_ours_counts_for_the_address_it_was_sent_to():
    assert marked(bounce(references=(OURS,))) == [ANA]


@pytest.mark.parametrize(
    "forged",
    [
        {"references": (OURS,), "recipient": "vitima@alvo.example"},
        {"references": ("<balcao.7.ffffffffffffffffffffffff@exemplo.com.br>",)},
        {"to": f"bounces+{sign_bounce(b'another key', 7, 12)}@exemplo.com.br"},
        {"to": f"bounces+{sign_bounce(TOKEN_KEY, 7, 13)}@exemplo.com.br"},
        {"to": f"bounces+{sign(TOKEN_KEY, 7)}@exemplo.com.br"},
        {"to": f"bounces+{sign_bounce(TOKEN_KEY, 7, 12).upper()}@exemplo.com.br"},
        {},
    ],
)
def test_a_forged_bounce_marks_nobody(forged):
    assert marked(bounce(**forged)) == []


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_marks_nobody(action):
    assert marked(bounce(to=SIGNED, references=(OURS,), action=action)) == []


def test_only_bounces_are_believed():
    assert marked(bounce(to=SIGNED, automated=Automated.AUTO_REPLY)) == []
    assert named_messages(mail(references=(OURS,))) == ()


def test_the_reason_tells_the_code():
    (failure,) = failures_of(bounce(to=SIGNED, status="5.2.2"), (SENT,), TOKEN_KEY)
    assert (failure.status, failure.reason, failure.outbox_id) == ("5.2.2", "bounced: 5.2.2", 3)


def test_neither_token_is_taken_for_the_other():
    assert verify(TOKEN_KEY, sign_bounce(TOKEN_KEY, 7, 12)) is None
    assert verify_bounce(TOKEN_KEY, sign(TOKEN_KEY, 7)) is None
    assert bounced_message(bounce(to=SIGNED), TOKEN_KEY) == (7, 12)


def test_the_mailbox_takes_signed_looking_bounce_addresses_and_nothing_beside_them():
    box = type(MAILBOX)(
        address=MAILBOX.address, name="S", recipients=MAILBOX.recipients, plus_addressing=True,
        bounces="bounces@exemplo.com.br",
    )  # fmt: skip
    assert box.bounce_address("x" * 40) == f"bounces+{'x' * 40}@exemplo.com.br"
    assert box.owns(SIGNED)
    assert not box.owns("bounces@exemplo.com.br")
    assert not box.owns("bounces+outra@exemplo.com.br")
    assert not box.owns(SIGNED.replace("exemplo", "alheio"))
