"""Attack 28: an out-of-office reply to a solved ticket is recorded there and wakes nobody."""

import pytest

AUTOMATIC = [
    "Auto-Submitted: auto-replied\r\n",
    "X-Autoreply: yes\r\n",
    "Subject: Resposta automática: estou de férias\r\n",
    "Precedence: bulk\r\n",
    "X-Auto-Response-Suppress: All\r\n",
    "List-Id: <todos.cliente.example>\r\n",
]


@pytest.fixture
async def solved(house):
    """The reply address of a ticket that an agent has solved."""
    await house.mail()
    await house.work()
    await house.dispatch()
    await house.solve(1)
    return house.letters()[0]["Reply-To"]


@pytest.mark.parametrize("lines", AUTOMATIC)
@pytest.mark.parametrize("state", ["solved", "waiting", "closed"])
async def test_an_automatic_reply_with_a_true_token_reopens_nothing(house, solved, lines, state):
    await house.solve(1, state)
    head = f"From: ana@cliente.example\r\n{lines}"
    ticket = await house.ticket_of(await house.mail("volto dia 20", head=head, to=solved))

    assert (ticket["number"], ticket["state"], len(ticket["messages"])) == (1, state, 2)
    assert "reopened" not in [event["what"] for event in ticket["history"]]
    assert (await house.answers())[1] != "pending"


async def test_a_bounce_of_our_answer_is_held_on_its_ticket(house, solved):
    ours = house.letters()[0]["Message-ID"]
    head = f"From: MAILER-DAEMON@cliente.example\r\nSubject: Undeliverable\r\nIn-Reply-To: {ours}\r\n"
    ticket = await house.ticket_of(await house.mail("no such user", head=head, envelope=""))

    assert (ticket["number"], ticket["state"]) == (1, "solved")
    assert ticket["messages"][1]["verified"] is False


async def test_a_persons_reply_with_the_token_reopens(house, solved):
    """The control: what is refused above is allowed to a person."""
    ticket = await house.ticket_of(await house.mail("ainda não funciona", to=solved))

    assert (ticket["number"], ticket["state"]) == (1, "open")
    assert [event["what"] for event in ticket["history"]] == ["opened", "joined", "reopened"]
