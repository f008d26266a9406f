"""Settings of a WhatsApp channel: a template that would lose the answer's words is a mistake."""

import pytest
from pydantic import ValidationError

from channels.whatsapp.options import Options, Template

NEEDED = {"secrets": ["env:A"], "verify_token": "env:B", "token": "env:C"}


def test_the_template_carries_text_unless_told_otherwise():
    assert Template(name="resposta").parameters == ("{text}",)


@pytest.mark.parametrize(
    "template",
    [
        {"name": "resposta", "parameters": ["{ticket}"]},
        {"name": "resposta", "parameters": ["{text}", "{nome}"]},
        {"name": "Resposta", "parameters": ["{text}"]},
        {"name": "resposta", "language": "português"},
    ],
)
def test_a_template_that_cannot_work_is_refused(template):
    with pytest.raises(ValidationError):
        Options.model_validate({**NEEDED, "template": template})


def test_numbers_are_ids_and_not_telephone_numbers():
    assert Options.model_validate({**NEEDED, "numbers": ["106540352242922"]}).numbers == ("106540352242922",)
    with pytest.raises(ValidationError):
        Options.model_validate({**NEEDED, "numbers": ["+55 11 4000-1000"]})
