"""Who seems to have sent a body; what says nothing of it comes from nobody."""

import pytest

from channels.sources import LONGEST, at, contact_of, named, nobody


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        (at("sender", "id"), {"sender": {"id": "v-1"}}, "v-1"),
        (at("message", "from", "id"), {"message": {"from": {"id": 77}}}, "77"),
        (at("entry", 0, "from"), {"entry": [{"from": "551199"}]}, "551199"),
        (contact_of, {"contact": {"id": "u-1"}}, "u-1"),
        (nobody, {"sender": {"id": "v-1"}}, ""),
        (at("sender", "id"), {}, ""),
        (at("sender", "id"), {"sender": None}, ""),
        (at("sender", "id"), {"sender": ["x"]}, ""),
        (at("sender", "id"), {"sender": {"id": {"deep": 1}}}, ""),
        (at("entry", 0, "from"), {"entry": []}, ""),
        (at("entry", 0, "from"), {"entry": {"0": 1}}, ""),
        (at("sender", "id"), {"sender": {"id": "x" * 999}}, "x" * LONGEST),
    ],
)
def test_what_is_found(source, value, expected):
    assert named(source, value) == expected
