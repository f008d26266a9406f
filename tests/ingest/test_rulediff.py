"""What changed between two sets, as people read it."""

from ingest import rulediff
from ingest.rulediff import counts, diff_of


def test_only_files_that_differ_are_shown_line_by_line():
    diff = diff_of({"a.yaml": "1\n2\n3\n", "b.yaml": "x\n"}, {"a.yaml": "1\nzwei\n3\n4\n", "b.yaml": "x\n"})
    assert diff[:2] == ["--- a/a.yaml", "+++ b/a.yaml"]
    assert [line for line in diff[3:] if line[0] != " "] == ["-2", "+zwei", "+4"]
    assert counts(diff) == (2, 1)


def test_files_that_come_and_go_are_named():
    diff = diff_of({"old.yaml": "x\n"}, {"new.yaml": "y\n"})
    assert diff[:2] == ["--- /dev/null", "+++ b/new.yaml"]
    assert "--- a/old.yaml" in diff
    assert "+++ /dev/null" in diff


def test_lines_that_look_like_a_heading_are_counted():
    assert counts(["--- a/x", "+++ b/x", "+++", "---x"]) == (1, 1)


def test_too_large_is_not_compared(monkeypatch):
    monkeypatch.setattr(rulediff, "MOST_LINES", 3)
    assert diff_of({"a": "1\n2\n"}, {"a": "3\n4\n"}) is None
