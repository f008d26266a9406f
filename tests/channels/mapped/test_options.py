"""Every mistake in a mapping is told at check time, where it stands."""

import pytest

from channels.base import BuildContext
from channels.mapped import Options, build
from config.channels import channel_blocks
from config.reading import read
from domain.errors import ConfigError

GOOD = """\
version: 1
chat:
  kind: mapped
  proof:
    scheme: hmac
    secrets: [env:SECRET]
    header: X-Signature
  mapping:
    ignore:
      - {when: type != 'message', because: no message}
    sender: from.id
    text: body
  reply:
    url: https://chat.exemplo.com/api/{{ to }}
    headers: {X-Token: env:TOKEN}
    body: {to: "{{ to }}", parts: [{text: "{{ text }}"}]}
"""


def mistakes(text):
    node = read(text.removeprefix("version: 1\n"), "balcao.yaml")
    try:
        channel_blocks(node)["chat"].bind(Options)
    except ConfigError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def test_the_sample_is_right():
    assert mistakes(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sender: from.id", "sender: from..id", "balcao.yaml:10:13: this is no JMESPath: character 6, at '.id'"),
        ("text: body", "text: upper(body)", "balcao.yaml:11:11: JMESPath has no function upper; it has: abs, "),
        ("when: type != 'message'", "when: type !=", "balcao.yaml:9:16: this JMESPath expression ends too early"),
        ("    sender: from.id\n", "", 'balcao.yaml:8:5: "mapping.sender" is missing here'),
        ("    text: body\n", "", 'balcao.yaml:8:5: map at least one of "text", "html" and "attachments"'),
        ("text: body", "texto: body", 'balcao.yaml:11:5: unknown key "texto"; did you mean "text"?'),
        ("header: X-Signature", "prefix: x", 'balcao.yaml:4:5: "hmac" needs the name of the header'),
        ("header: X-Signature", "header: X Signature", 'balcao.yaml:6:13: write the name of a header: "X-Signature"'),
        ("scheme: hmac", "scheme: md5", 'balcao.yaml:4:13: "proof.scheme" must be one of'),
        ("scheme: hmac", "scheme: basic", '"username" belongs to "basic"'),
        ("header: X-Signature", "header: X-S\n    timestamp: X-T", '"timestamp" and "{timestamp}" in "signed" belong'),
        ("header: X-Signature", 'header: X-S\n    signed: "{body}.{time}"', "write what is signed, the body last"),
        ("https://chat.exemplo.com/", "https://{{ to }}/", "balcao.yaml:13:10: write a URL whose host is written out"),
        ("https://chat.exemplo.com/", "https://chat.exemplo.com{{ to }}/", "write a URL whose host is written out"),
        ("https://chat.exemplo.com/", "ftp://chat.exemplo.com/", "write a URL whose host is written out"),
        ("api/{{ to }}", "api/{{ to }", "balcao.yaml:13:10: this template has a mistake in its line 1"),
        ("api/{{ to }}", "api/{{ who }}", "balcao.yaml:13:10: this template cannot be filled: 'who' is undefined"),
        ('text: "{{ text }}"', 'text: "{{ txt }}"', "balcao.yaml:15:11: this template cannot be filled: parts[0]."),
        ('text: "{{ text }}"', 'text: "{{ text.__class__ }}"', "this template cannot be filled: parts[0].text"),
        ('{to: "{{ to }}", parts: [{text: "{{ text }}"}]}', "text", "write the body as it is sent"),
        ("{X-Token: env:TOKEN}", '{Host: "x"}', "the header Host is ours to set"),
        ("{X-Token: env:TOKEN}", '{X-Token: "a\\r\\nb: c"}', "must be one line of ASCII"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old, new, told):
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new, 1))

    assert len(found) == 1, found
    assert told in found[0]


@pytest.mark.parametrize("secret", ["whsec_!!!!not base64!!!!", "whsec_c2hvcnQ=", "short"])
def test_a_secret_that_cannot_be_one_is_a_mistake_with_its_place(tmp_path, secret):
    proof = {"scheme": "standard", "secrets": ["env:CHAT_SECRET"]}
    options = Options.model_validate({"proof": proof, "mapping": {"sender": "a", "text": "b"}})
    context = BuildContext(name="chat", base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: secret)
    with pytest.raises(ConfigError) as caught:
        build(options, context)

    [mistake] = caught.value.mistakes
    assert str(mistake).startswith("channels.chat.proof.secrets:1:1: env:CHAT_SECRET: ")
    assert secret not in str(mistake)
