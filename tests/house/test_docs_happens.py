"""docs: every provider's page says what happens when; every one has at least twelve payloads of its own."""

import re
from pathlib import Path

import pytest

from tests.channels.cases import cases_of

DOCS = Path(__file__).parents[2] / "docs"
CHANNELS = (DOCS / "channels.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in CHANNELS.split("\n## ")}
PAGES = {
    "imap": SECTIONS["`imap`: a mailbox that is fetched"],
    "telegram": SECTIONS["`telegram`: a bot"],
    "webhook": SECTIONS["`webhook`: chat, forms, applications"],
    "app": SECTIONS["`app`: from inside your application"],
    "whatsapp": SECTIONS["WhatsApp: Cloud API"],
    "slack": SECTIONS["Slack: Events API"],
    "messenger": SECTIONS["Messenger and Instagram"],
    "mapped": (DOCS / "mapped-webhooks.md").read_text(encoding="utf-8"),
    "voice": (DOCS / "calls.md").read_text(encoding="utf-8"),
}
QUESTIONS = {
    "who lets us in is changed or taken away": r"revoked|expires|secret is changed|password, token|wrong password",
    "we are limited": r"limited|rate limit|429|too many",
    "the other side is away for a day": r"(down|away) for a day|for a day",
    "we are away for an hour": r"our node is down for an hour",
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", PAGES)
def test_every_page_says_what_happens_when(kind, question):
    rows = [line for line in PAGES[kind].splitlines() if line.startswith("|")]
    assert [row for row in rows if re.search(QUESTIONS[question], row, re.IGNORECASE)]


@pytest.mark.parametrize("kind", ["telegram", "whatsapp", "messenger", "slack", "mapped", "webhook", "app", "voice"])
def test_every_provider_has_payloads_enough(kind):
    assert len(cases_of(kind)) >= 12
