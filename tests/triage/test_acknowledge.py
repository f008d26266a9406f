"""Who is told the ticket number, and why others are not."""

import pytest

from domain.interaction import Automated
from domain.ticket import Acknowledgement, Placement, Road, Silence
from domain.verdict import Decision, Proposal, Verdict
from tests.samples import MAILBOX, TOKEN_KEY, call, chat, mail
from triage.acknowledge import EVERYBODY, MAX_PROPOSALS, Clerk, Exit, Policy, budgets_of, our_message_id
from triage.echoes import Echoes
from triage.letters import Letters
from triage.token import verify

TEMPLATES = {
    "pt-BR/acknowledgement.subject.txt": "[#{{ ticket }}] Recebemos",
    "pt-BR/acknowledgement.body.txt": "Ticket {{ ticket }}, {{ department }}. {{ organisation }}",
    "pt-BR/acknowledgement.body.html": "<p>{{ department }}</p>",
    "pt-BR/asked.body.txt": "{% for one in questions %}{{ one.text }} {% endfor %}|"
    "{% for one in solutions %}{{ one.text }} {{ one.link }} {% endfor %}",
}
OPENS = Placement(road=Road.OPENS, ticket=42, reason="new request")


def verdict(**more):
    fields = {"department": "suporte", "priority": "Baixa"} | more.pop("fields", {})
    return Verdict(
        ruleset="0", fields={name: Decision(value=value, rule="r") for name, value in fields.items()}, **more
    )


def clerk(*, enabled=True, limits=None, can_send=True):
    return Clerk(
        policy=Policy(
            enabled=enabled,
            limits=limits or {"address": 10, "domain": 100, "all": 1000},
            language="pt-BR",
            organisation="Exemplo",
            token_key=TOKEN_KEY,
        ),
        letters=Letters(TEMPLATES),
        exits={
            "email": Exit(channel="email", can_send=can_send, mailbox=MAILBOX),
            "site": Exit(channel="site", can_send=can_send, mailbox=None),
            "telefone": Exit(channel="telefone", can_send=False, mailbox=None),
        },
        own=(MAILBOX,),
    )


def plan(interaction, placement=OPENS, spent=None, decided=None, **of_clerk):
    answer, *_ = clerk(**of_clerk).plan_acknowledgement(
        interaction, placement, decided or verdict(), "Suporte & Cia", spent={} if spent is None else spent,
        echoes=Echoes(None),
    )  # fmt: skip
    return answer


def test_a_new_mail_is_acknowledged_to_its_return_path_with_a_proving_reply_address():
    answer = plan(mail(return_path="devolver@cliente.example", references=("<0@x>",)))
    assert isinstance(answer, Acknowledgement)
    assert answer.to == "devolver@cliente.example"
    assert answer.subject == "[#42] Recebemos"
    assert answer.html == "<p>Suporte &amp; Cia</p>\n"
    assert answer.in_reply_to == "<1@cliente.example>"
    assert answer.references == ("<0@x>", "<1@cliente.example>")
    assert verify(TOKEN_KEY, answer.reply_to.removeprefix("suporte+").removesuffix("@exemplo.com.br")) == 42
    assert answer.message_id == our_message_id(42, "ack:42", MAILBOX)


def test_a_chat_is_acknowledged_through_its_channel_without_mail_headers():
    answer = plan(chat(provider_id="their-7"))
    assert isinstance(answer, Acknowledgement)
    assert (answer.to, answer.in_reply_to) == ("visitor-1", "their-7")
    assert (answer.message_id, answer.reply_to) == (None, None)


@pytest.mark.parametrize(
    ("interaction", "placement", "reason"),
    [
        (mail(automated=Automated.AUTO_REPLY), OPENS, "automatic_auto_reply"),
        (mail(automated=Automated.LIST), OPENS, "automatic_list"),
        (mail(automated=Automated.BULK), OPENS, "automatic_bulk"),
        (mail(automated=Automated.BOUNCE), OPENS, "automatic_bounce"),
        (mail(automated=Automated.OWN), OPENS, "automatic_own"),
        (mail(traits={"mail.loop": True}), OPENS, "mail_loop"),
        (mail(return_path=None), OPENS, "no_return_path"),
        (mail(return_path=None, no_return_path="null_return_path"), OPENS, "null_return_path"),
        (mail(return_path="MAILER-DAEMON@mx.example"), OPENS, "role_address"),
        (mail(return_path="owner-list@x.example"), OPENS, "role_address"),
        (mail(return_path="list-request@x.example"), OPENS, "role_address"),
        (mail(return_path="bounces+1234@x.example"), OPENS, "role_address"),
        (mail(return_path="no-reply@x.example"), OPENS, "role_address"),
        (mail(return_path="noreply+abc@x.example"), OPENS, "role_address"),
        (mail(return_path="naoresponda@banco.example"), OPENS, "role_address"),
        (mail(return_path="Suporte@Exemplo.com.br"), OPENS, "own_address"),
        (mail(return_path="financeiro+x@exemplo.com.br"), OPENS, "own_address"),
        (mail(envelope_recipients=("postmaster@exemplo.com.br",)), OPENS, "role_mailbox"),
        (call(), OPENS, "a call has no return path"),
        (mail(), Placement(road=Road.JOINS, ticket=42, reason=""), "already_acknowledged"),
        (mail(), Placement(road=Road.HELD, ticket=42, reason=""), "unverified"),
    ],
)
def test_silence_has_a_reason(interaction, placement, reason):
    assert plan(interaction, placement) == Silence(
        channel=interaction.channel, to=interaction.return_path, reason=reason
    )


def test_nothing_is_sent_when_switched_off_or_when_the_channel_has_no_way_out():
    assert plan(mail(), enabled=False).reason == "disabled"
    assert plan(mail(), can_send=False).reason == "channel_cannot_send"


@pytest.mark.parametrize(
    "address", ["bob@requests.example", "bouncer@x.example", "norbert@x.example", "owner@x.example"]
)
def test_people_whose_addresses_only_look_like_roles_are_answered(address):
    assert isinstance(plan(mail(return_path=address)), Acknowledgement)


def test_plus_tags_share_one_budget_and_domains_share_another():
    assert budgets_of(mail(return_path="Ana+1@Cliente.example")) == (
        ("address", "ana@cliente.example"),
        ("domain", "cliente.example"),
        EVERYBODY,
    )


@pytest.mark.parametrize("scope", ["address", "domain", "all"])
def test_a_spent_budget_silences_and_is_named(scope):
    limits = {"address": 100, "domain": 100, "all": 100} | {scope: 3}
    spent = {}
    answers = [plan(mail(), spent=spent, limits=limits) for _ in range(5)]
    assert [isinstance(answer, Acknowledgement) for answer in answers] == [True] * 3 + [False] * 2
    assert answers[-1].reason == f"budget_{scope}"


def test_a_silent_answer_costs_no_budget():
    spent = {}
    plan(mail(automated=Automated.BULK), spent=spent)
    assert spent == {}


@pytest.mark.parametrize("message_id", ["<a b@x>", "no brackets", "<x@y>\r\nBcc: z@z", f"<{'a' * 300}@x>", "<é@x>"])
def test_an_unusual_message_id_is_not_repeated_in_our_headers(message_id):
    answer = plan(mail(message_id=message_id))
    assert answer.in_reply_to is None
    assert answer.references == ()


def test_a_rule_chooses_the_letter_and_what_it_lacks_comes_from_the_usual_one():
    answer = plan(mail(), decided=verdict(fields={"acknowledgement": "asked"}))

    assert (answer.subject, answer.text) == ("[#42] Recebemos", "|\n")
    assert (
        plan(mail(), decided=verdict(fields={"acknowledgement": "nowhere"})).text
        == "Ticket 42, Suporte & Cia. Exemplo\n"
    )


def test_a_rule_wants_no_acknowledgement_and_costs_no_budget():
    spent = {}
    answer = plan(mail(), spent=spent, decided=verdict(fields={"acknowledgement": "none"}))

    assert (answer.reason, spent) == ("rule", {})


def test_a_rule_cannot_make_us_answer_where_silence_is_due():
    decided = verdict(fields={"acknowledgement": "asked"}, questions=(Proposal(name="q", text="?", rule="r"),))

    assert plan(mail(automated=Automated.BULK), decided=decided).reason == "automatic_bulk"


def test_questions_and_solutions_reach_the_letter_a_few_of_each():
    decided = verdict(
        fields={"acknowledgement": "asked"},
        questions=tuple(Proposal(name=f"q{n}", text=f"q{n}?", rule="r") for n in range(MAX_PROPOSALS + 2)),
        solutions=(Proposal(name="s", text="veja", link="https://x.example/a", rule="r"),),
    )

    assert plan(mail(), decided=decided).text == "q0? q1? q2? q3? q4? |veja https://x.example/a\n"


def test_letters_say_which_they_know():
    letters = Letters(TEMPLATES)

    assert letters.names("pt-BR") == ["acknowledgement", "asked"]
    assert letters.names("en") == []
