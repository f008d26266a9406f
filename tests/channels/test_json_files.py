"""Files inside a JSON message; one of which only an address came is told of, or left to who fetches."""

import pytest

from channels.json_files import read_attachments
from channels.wild import Wild

LINKED = {"name": "nota.pdf", "url": "https://files.example/nota.pdf"}


@pytest.mark.parametrize(("elsewhere", "noted"), [(False, 1), (True, 0)])
def test_a_file_that_lies_elsewhere_is_missed_where_nobody_fetches_it(elsewhere, noted):
    payload = Wild({"attachments": [LINKED, {"name": "a.txt", "content": "b2k="}]}, "")

    (file,) = read_attachments(payload, elsewhere=elsewhere)

    assert (file.name, file.content) == ("a.txt", b"oi")
    assert len(payload.problems) == noted
