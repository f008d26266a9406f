"""Attack 29: whoever writes how often under which name, the acknowledgements stay within their budgets."""

import itertools

import pytest

from tests.pipeline import house_in

FLOOD = 1000
BUDGETS = "{per_address: 3, per_domain: 7, all: 20, same_text: null}"


@pytest.fixture
async def house(tmp_path, migrated):
    async with house_in(tmp_path, templates=migrated, budgets=BUDGETS) as made:
        yield made


async def flood(house, senders):
    """One mail of each of these; how many acknowledgements there are now, and why the others are silent."""
    for sender in senders:
        await house.mail(sender=sender)
    await house.work()
    answers = await house.answers()
    return answers.count("pending"), set(answers) - {"pending"}


def one_victim(number):
    return "vitima@alvo.example"


def one_domain(number):
    return f"u{number}@alvo.example"


def plus_tags(number):
    return f"vitima+{number}x@alvo.example"


def other_cases(number):
    return "".join(char.upper() if number >> place & 1 else char for place, char in enumerate("vitima@alvo.example"))


def everybody(number):
    return f"u@alvo{number}.example"


@pytest.mark.parametrize(
    ("sender", "most", "reason"),
    [
        (one_victim, 3, "budget_address"),
        (plus_tags, 3, "budget_address"),
        (other_cases, 3, "budget_address"),
        (one_domain, 7, "budget_domain"),
        (everybody, 20, "budget_all"),
    ],
)
async def test_a_flood_is_answered_a_few_times_and_recorded_whole(house, sender, most, reason):
    sent, reasons = await flood(house, map(sender, range(FLOOD)))

    assert (sent, reasons) == (most, {reason})
    assert len(await house.answers()) == FLOOD


async def test_what_is_spent_stays_spent_after_a_restart(house):
    assert (await flood(house, map(one_victim, range(5))))[0] == 3
    await house.restart()
    assert (await flood(house, map(plus_tags, range(5))))[0] == 3
    assert (await flood(house, map(one_domain, range(10))))[0] == 7


async def test_the_budget_holds_mail_by_mail_as_in_one_batch(house):
    for number in range(6):
        await flood(house, [plus_tags(number)])

    assert (await house.answers()).count("pending") == 3


async def test_the_envelope_is_counted_for_it_is_who_is_written_to(house):
    """A thousand names in From, one victim in MAIL FROM."""
    for number in range(50):
        head = f"From: u{number}@outra{number}.example\r\nSubject: x{number}\r\n"
        await house.mail(head=head, envelope="vitima@alvo.example")
    await house.work()

    assert (await house.answers()).count("pending") == 3


async def test_the_next_hour_has_a_budget_of_its_own(house, monkeypatch):
    hours = itertools.chain(["2026-11-22T05"], itertools.repeat("2026-11-22T06"))
    monkeypatch.setattr("ingest.transaction.budget_period", lambda _now: next(hours))

    assert (await flood(house, map(one_victim, range(9))))[0] == 3
    assert (await flood(house, map(one_victim, range(9))))[0] == 6
