"""Settings of a chat that cannot be meant are told by what to write instead."""

import pytest
from pydantic import ValidationError

from channels.base import BuildContext
from channels.chat import Options, build
from domain.errors import ConfigError
from tests.channels.chat.visiting import OPTIONS, reveal


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"origins": ["https://www.exemplo.com.br/"]}, "write an origin"),
        ({"origins": ["*"]}, "write an origin"),
        ({"origins": ["www.exemplo.com.br"]}, "write an origin"),
        ({"origins": []}, "at least 1"),
        ({"secrets": []}, "at least 1"),
        ({"secrets": ["written here, in the open, long enough"]}, "a secret is not written here"),
        ({"users": {"secrets": []}}, "at least 1"),
        ({"tokens": {"lifetime": "5s"}}, "too short"),
        ({"look": {"colour": "red"}}, "#rrggbb"),
        ({"look": {"language": "de"}}, "'auto', 'pt-BR' or 'en'"),
        ({"limits": {"streams": 0}}, "greater than or equal to 1"),
        ({"max_files": 21}, "less than or equal to 20"),
        ({"calender": "loja"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused(wrong, advice):
    with pytest.raises(ValidationError, match=advice):
        Options.model_validate({**OPTIONS, **wrong})


def test_an_origin_is_compared_in_small_letters():
    assert Options.model_validate({**OPTIONS, "origins": ["https://WWW.Exemplo.com.br"]}).origins == (
        "https://www.exemplo.com.br",
    )


@pytest.mark.parametrize("name", ["secrets", "users.secrets"])
def test_a_secret_that_is_too_short_is_told_by_its_place(tmp_path, name):
    short = {"env:SHORT": "sixteen letters."}
    options = {"secrets": ["env:SHORT"]} if name == "secrets" else {"users": {"secrets": ["env:SHORT"]}}
    context = BuildContext(
        name="chat", base=tmp_path, var=tmp_path, hostname="x", reveal=lambda one: short.get(one) or reveal(one)
    )
    with pytest.raises(ConfigError) as caught:
        build(Options.model_validate({**OPTIONS, **options}), context)

    (mistake,) = caught.value.mistakes
    assert mistake.position.file == f"channels.chat.{name}"
    assert "at least 32 bytes" in mistake.message
