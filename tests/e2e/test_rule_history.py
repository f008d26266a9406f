"""Rules change under a running daemon whose ticket database is away: each change is kept, and can be taken back."""

import pytest

from tests.e2e.daemon import Daemon, wait_for

pytestmark = pytest.mark.e2e

RULES = """\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Baixa}
rules:
  - name: parado
    when: {words: [parado]}
    set: {priority: Alta}
tests:
  - name: parado
    given: {text: está parado}
    expect: {priority: Alta}
"""


def test_changes_are_kept_and_taken_back_although_the_ticket_database_is_away(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    daemon = Daemon(tmp_path, extra='store: {url: "postgresql://127.0.0.1:1/nobody"}')

    def events():
        return daemon.json("rules", "history")

    def in_force(text):
        return text in daemon.get("/readyz")["parts"]["rules"]["detail"]

    try:
        daemon.start(ready=False)
        wait_for(lambda: events() and in_force(events()[0]["hash"]), what="the first rules")
        first = events()[0]["hash"]
        (tmp_path / "rules.yaml").write_text(RULES.replace("Alta", "Média"))
        wait_for(lambda: len(events()) == 2, what="the second set")
        (tmp_path / "rules.yaml").write_text(RULES.replace("set:", "sett:"))
        wait_for(lambda: events()[0]["outcome"] == "refused", what="the refusal")
        daemon.balcao("rules", "rollback", first)
        wait_for(lambda: events()[0]["outcome"] == "accepted", what="the way back")
        assert [event["outcome"] for event in events()] == [
            "accepted", "rolled_back", "refused", "accepted", "accepted",
        ]  # fmt: skip
        assert events()[0]["hash"] == first
        wait_for(lambda: in_force(first), what="the first rules again")
        assert (tmp_path / "rules.yaml").read_text() == RULES
    finally:
        daemon.stop()
