"""The names a mail gives its sender beside the one that counts."""

import pytest

from tests.channels.mail.reading import read

OTHER, SHOWN, DIFFERS = "mail.other_from", "mail.name_shows_address", "mail.sender_differs"


def names(head):
    interaction = read(f"{head}Subject: x\r\n\r\noi")
    wanted = (OTHER, SHOWN, DIFFERS)
    return interaction.sender.address, {name: interaction.traits[name] for name in wanted if name in interaction.traits}


@pytest.mark.parametrize(
    ("head", "address", "others"),
    [
        ("From: Ana <ana@b.example>\r\n", "ana@b.example", {}),
        ("From: ana@b.example <ana@b.example>\r\n", "ana@b.example", {}),
        ('From: "ANA@B.example" <ana@b.example>\r\n', "ana@b.example", {}),
        ("From: a@b.example\r\nFrom: c@d.example\r\n", "a@b.example", {OTHER: "c@d.example"}),
        (
            "From: a@b.example, c@d.example, e@f.example\r\n",
            "a@b.example",
            {OTHER: "c@d.example, e@f.example"},
        ),
        ("From: Grupo: a@b.example, c@d.example;\r\n", "a@b.example", {OTHER: "c@d.example"}),
        ('From: "ceo@x.example" <a@b.example>\r\n', "a@b.example", {SHOWN: "ceo@x.example"}),
        (
            "From: =?utf-8?q?ceo=40x.example?= <a@b.example>\r\n",
            "a@b.example",
            {SHOWN: "ceo@x.example"},
        ),
        ("From: a@b.example (ceo@x.example)\r\n", "a@b.example", {SHOWN: "ceo@x.example"}),
        (
            'From: "ceo\uff20x.example" <a@b.example>\r\n',
            "a@b.example",
            {SHOWN: "ceo\uff20x.example"},
        ),
        ("From: a@b.example\r\nSender: bot@c.example\r\n", "a@b.example", {DIFFERS: "bot@c.example"}),
        ("Sender: bot@c.example\r\n", "bot@c.example", {}),
    ],
)
def test_one_identity_and_the_others_shown(head, address, others):
    assert names(head) == (address, others)
