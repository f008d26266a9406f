import pytest
from pydantic import BaseModel, ConfigDict

from config.channels import ChannelBlock, channel_blocks
from config.reading import read
from domain.document import plain
from domain.errors import ConfigError, Position


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")
    listen: list[str] = []


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        channel_blocks(read(text, "f"))
    return str(refused.value).splitlines()


def test_a_channel_keeps_its_options_for_its_kind():
    blocks = channel_blocks(read("email:\n  kind: smtp\n  listen: [a]\n", "f"))

    block = blocks["email"]
    assert isinstance(block, ChannelBlock)
    assert (block.name, block.kind, block.enabled, block.place) == ("email", "smtp", True, Position("f", 2, 9))
    assert plain(block.options) == {"listen": ["a"]}
    assert block.bind(Options) == Options(listen=["a"])


@pytest.mark.parametrize("text", ["", "{}"])
def test_there_may_be_no_channels(text):
    assert channel_blocks(read(text, "f")) == {}
    assert channel_blocks(None) == {}


def test_a_channel_can_be_switched_off():
    assert not channel_blocks(read("a: {kind: smtp, enabled: false}", "f"))["a"].enabled


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("- a", 'f:1:1: "channels" must be a block with one entry for each channel'),
        ("a: 3", 'f:1:4: the channel "a" must be a block that names at least its "kind"'),
        ("a: {listen: x}", 'f:1:4: "kind" is missing here'),
        ("a: {kind: 3}", 'f:1:11: "kind" must be text; put it in quotes'),
        ("a: {kind: smtp, enabled: no}", 'f:1:26: "enabled" must be true or false'),
        ("A_b: {kind: smtp}", 'f:1:1: the channel name "A_b" may hold only a-z, 0-9 and "-" (at most 40)'),
        ("-a: {kind: smtp}", 'f:1:1: the channel name "-a" may hold only a-z, 0-9 and "-" (at most 40)'),
    ],
)
def test_every_mistake_has_its_place(text, mistake):
    assert mistakes(text) == [mistake]


def test_the_mistakes_of_all_channels_are_told_at_once():
    assert len(mistakes("A: {}\nb: 3\nc: {enabled: 1}")) == 5


def test_a_misspelt_switch_is_recognised_among_the_options():
    block = channel_blocks(read("a: {kind: smtp, enabeld: false}", "f"))["a"]

    with pytest.raises(ConfigError, match='f:1:17: unknown key "enabeld"; did you mean "enabled"'):
        block.bind(Options)
