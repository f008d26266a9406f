"""Attack 27, the other side: one mail to two of our addresses is one ticket, and the second department sees it."""

import pytest

from tests.pipeline import house_in

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
rules:
  - name: incidente
    when: {words: [não carrega]}
    set: {department: suporte}
  - name: pelo-endereco
    when: {recipient: "financeiro@*"}
    set: {department: financeiro}
"""
FIELDS = {
    "From": "Ana <ana@cliente.example>",
    "Date": "Mon, 2 Mar 2026 08:00:00 -0300",
    "Message-ID": "<dois@cliente.example>",
}
BOTH = "suporte@exemplo.com.br, financeiro@exemplo.com.br"


@pytest.fixture
async def house(tmp_path, migrated):
    async with house_in(tmp_path, templates=migrated, rules=RULES) as made:
        yield made


def head(to=BOTH, subject="Bom dia", **more):
    fields = {**FIELDS, "To": to, "Subject": subject, **more}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


async def the_ticket(house):
    await house.work()
    [ticket] = await house.tickets()
    assert len(ticket["messages"]) == 1
    assert len(ticket["acknowledgements"]) == 1
    return ticket


def referred(ticket):
    events = [event["to"] for event in ticket["history"] if event["what"] == "referred"]
    assert events == [one["department"] for one in ticket["referrals"]]
    return events


@pytest.mark.parametrize("copy", ["To", "Cc"])
async def test_one_delivery_to_two_addresses_is_referred_to_the_second_department(house, copy):
    fields = head() if copy == "To" else head("suporte@exemplo.com.br", Cc="financeiro@exemplo.com.br")
    recipients = ["suporte@exemplo.com.br", "financeiro@exemplo.com.br"]
    await house.mail("Segue o que combinamos.", head=fields, to=recipients)
    ticket = await the_ticket(house)

    assert {ticket["department"], *referred(ticket)} == {"suporte", "financeiro"}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize("order", [0, 1])
async def test_two_deliveries_by_two_addresses_are_one_ticket_with_a_referral(house, at_once, order):
    """Blind copies: neither delivery's header names the other address."""
    addresses = ["suporte@exemplo.com.br", "financeiro@exemplo.com.br"]
    for address in addresses if order else reversed(addresses):
        await house.mail("Segue o que combinamos.", head=head("lista@cliente.example"), to=[address])
        if not at_once:
            await house.work()
    ticket = await the_ticket(house)

    assert {ticket["department"], *referred(ticket)} == {"suporte", "financeiro"}


async def test_a_third_delivery_refers_nothing_anew(house):
    for address in ("suporte@exemplo.com.br", "financeiro@exemplo.com.br", "Financeiro+x@exemplo.com.br"):
        await house.mail("Segue.", head=head("lista@cliente.example"), to=[address])
        await house.work()
    assert len(referred(await the_ticket(house))) == 1


async def test_a_misrouted_mail_to_one_address_is_moved_and_not_referred(house):
    """The words say that it is the Suporte's; it was written to the Financeiro alone, and came twice."""
    for envelope in ("ana@cliente.example", "srs0=x=ana@relay.example"):
        await house.mail(
            "O sistema não carrega a tela de clientes.",
            head=head("financeiro@exemplo.com.br"),
            to=["financeiro@exemplo.com.br"],
            envelope=envelope,
        )
    ticket = await the_ticket(house)

    assert ticket["department"] == "suporte"
    assert referred(ticket) == []


async def test_a_colleague_in_cc_is_no_department(house):
    fields = head("financeiro@exemplo.com.br", Cc="bruno@exemplo.com.br")
    await house.mail("Segue.", head=fields, to=["financeiro@exemplo.com.br", "bruno@exemplo.com.br"])

    assert referred(await the_ticket(house)) == []
