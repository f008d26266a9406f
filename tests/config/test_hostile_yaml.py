"""Attack 43 of dangers.md §8, as far as YAML goes: refused with its place, in little time and memory."""

import tracemalloc

import pytest

from config.reading import read
from domain.document import plain
from domain.errors import ConfigError
from tests.patience import costs_below

LAUGHS = "a: &a [ha, ha]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (LAUGHS, "1:4", "anchors"),
        ("x: !!python/object/apply:os.system ['touch pwned']", "1:4", "tags are not allowed"),
        ("x: !!python/object:subprocess.Popen {}", "1:4", "tags are not allowed"),
        ("x: !<tag:yaml.org,2002:python/name:os.system> ''", "1:4", "tags are not allowed"),
        ("%TAG !e! tag:yaml.org,2002:python/\n---\nx: !e!name:os.system ''", "3:4", "tags are not allowed"),
        ("rules:\n  - a\nrules: []", "3:1", "already used in line 1"),
        ("x: " + "9" * 1_000_000, "1:4", "is too large"),
        ("x: 0x" + "f" * 1_000_000, "1:4", "is too large"),
        ("x: 1e" + "9" * 1_000_000, "1:4", "is too large"),
        ("[" * 1_000_000, "1:1001", "more than 50 levels"),
        ("[" * 900, "1:51", "more than 50 levels"),
        ("{a: " * 500_000, "1:201", "more than 50 levels"),
        ("- " * 1_000_000, "1:101", "more than 50 levels"),
        ("? " * 1_000_000, "1:101", "more than 50 levels"),
        ("\x00" * 4_000_000, "1:1", "invisible character"),
        ("x: \x1b]0;pwned\x07", "1:4", "invisible character"),
    ],
)
def test_hostile_yaml_is_refused_in_little_time(text, place, words):
    with costs_below(3):
        with pytest.raises(ConfigError) as refused:
            read(text, "rules.yaml")

        first = str(refused.value.mistakes[0])
        assert first.startswith(f"rules.yaml:{place}: ")
        assert words in first
        assert len(first) < 200


def test_a_time_of_day_stays_text():
    assert plain(read("at: 18:00", "f")) == {"at": "18:00"}


@pytest.mark.parametrize("name", ["__class__", "__init__", "__proto__", "constructor"])
def test_a_rule_may_have_any_name_because_names_are_only_text(name):
    assert plain(read(f"{name}: {name}", "f")) == {name: name}


def test_a_bomb_of_references_takes_no_memory():
    tracemalloc.start()
    with pytest.raises(ConfigError):
        read(LAUGHS, "f")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 5_000_000
