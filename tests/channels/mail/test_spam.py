"""The verdict of a trusted spam filter, in whatever dialect."""

import pytest

from tests.channels.mail.test_authentication import MAIL, RECEIVED, read, trust


def spam(head, **given):
    traits = read(head, MAIL, **given).traits
    return traits.get("spam.verdict"), traits.get("spam.score")


@pytest.mark.parametrize(
    ("line", "verdict", "score"),
    [
        ("X-Spam-Flag: YES", "spam", None),
        ("X-Spam-Flag: NO", "ham", None),
        ("X-Spam-Status: Yes, score=7.5 required=5.0 tests=BAYES_99 autolearn=no", "spam", 7.5),
        ("X-Spam-Status: No, score=-1.9 required=5.0", "ham", -1.9),
        ("X-Spam-Status: No, hits=-1.9", "ham", None),
        ("X-Spam-Score: 4.2", None, 4.2),
        ("X-Spam-Score: 4.2 (++++)", None, 4.2),
        ("X-Spam: Yes", "spam", None),
        ("X-Spamd-Result: default: False [3.40 / 15.00]; BAYES_HAM(-3.0)[99%]", "ham", 3.4),
        ("X-Spamd-Result: default: True [16.10 / 15.00];", "spam", 16.1),
        ("X-Rspamd-Action: add header", "spam", None),
        ("X-Rspamd-Action: no action", "ham", None),
        ("X-Rspamd-Score: 6.1", None, 6.1),
        ("X-MS-Exchange-Organization-SCL: 6", "spam", 6.0),
        ("X-MS-Exchange-Organization-SCL: 1", "ham", 1.0),
        ("X-MS-Exchange-Organization-SCL: -1", "ham", -1.0),
        ("X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:BR;SCL:5;SFV:SPM;", "spam", 5.0),
        ("X-Bogosity: Spam, tests=bogofilter, spamicity=0.99, version=1", "spam", 0.99),
        ("X-DSPAM-Result: Innocent", "ham", None),
        ("X-Barracuda-Spam-Status: Yes, SCORE=5.20 using global scores", "spam", 5.2),
        ("X-Spam-Flag: talvez", None, None),
        ("X-Spam-Score: nan", None, None),
        ("X-Spam-Score: 1e400", None, 1.0),
        ("X-Other: YES", None, None),
    ],
)
def test_dialects(line, verdict, score):
    assert spam(f"{line}\r\n{RECEIVED}") == (verdict, score)


def test_one_that_says_spam_is_enough():
    assert spam("X-Spam-Flag: NO\r\nX-Rspamd-Action: reject\r\n")[0] == "spam"


@pytest.mark.parametrize(
    ("head", "hops", "verdict"),
    [
        (RECEIVED + "X-Spam-Flag: NO\r\n", 0, None),
        (RECEIVED + "X-Spam-Flag: YES\r\nX-Spam-Flag: NO\r\n", 1, "spam"),
        (RECEIVED + "X-Spam-Flag: NO\r\nX-Spam-Flag: YES\r\n", 1, "ham"),
        ("X-Spam-Flag: YES\r\n" + RECEIVED + "X-Spam-Flag: NO\r\n", 1, "spam"),
    ],
)
def test_only_what_the_trusted_server_can_have_written(head, hops, verdict):
    assert spam(head, trusted=trust(trusted_hops=hops))[0] == verdict


def test_without_a_trusted_server_there_is_no_verdict():
    assert spam("X-Spam-Flag: YES\r\n", trusted=trust(trusted_authserv=[])) == (None, None)
    assert spam("X-Spam-Flag: YES\r\n", envelope={"mail_from": "a@b", "peer": "192.0.2.1"}) == (None, None)
