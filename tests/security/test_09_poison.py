"""Attack 9: mails that kill, hang or fill their reader: parked, kept, told; and their neighbours are filed."""

import os
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import entries, filed
from tests.e2e.senders import mail_bytes, send_mail

pytestmark = pytest.mark.e2e

POISON = ("MORRE", "TRAVA", "ENCHE", "RECURSA", "SAI")
WORKER = "worker: {timeout: 8s, max_attempts: 2, memory_limit: 500MB}"


@pytest.fixture
def daemon(tmp_path, monkeypatch):
    poison = str(Path(__file__).with_name("poison"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [poison, os.environ.get("PYTHONPATH")])))
    daemon = Daemon(tmp_path, extra=WORKER).start()
    yield daemon
    daemon.stop()


def test_poison_is_parked_and_its_neighbours_are_filed(daemon):
    port, neighbours = daemon.ports["smtp"], [f"vizinha-{number}" for number in range(20)]
    for number, mark in enumerate(neighbours):
        send_mail(port, mark)
        if number < len(POISON):
            send_mail(port, f"veneno-{POISON[number]}")

    parked = wait_for(lambda: found if len(found := entries(daemon, "failed")) == len(POISON) else None)
    for mark in neighbours:
        assert len(filed(daemon, mark)["messages"]) == 1
    assert {entry["attempts"] for entry in parked} == {2}
    assert all(entry["reason"] for entry in parked)

    assert len(daemon.logged("interaction_parked")) + len(daemon.logged("interaction_failed")) >= len(POISON)
    assert daemon.json("status")["journal"]["counts"]["failed"] == len(POISON)
    assert daemon.metrics()["balcao_worker_deaths_total"] >= len(POISON) - 2
    exported = daemon.balcao("journal", "export", parked[0]["id"])
    assert exported.encode().replace(b"\n", b"\r\n") in [
        mail_bytes(f"veneno-{word}", f"veneno-{word}@cliente.example") for word in POISON
    ]

    send_mail(port, "seguinte")
    filed(daemon, "seguinte")
    (daemon.folder / "mended").touch()
    daemon.balcao("journal", "retry", *(entry["id"] for entry in parked))
    for word in POISON:
        assert len(filed(daemon, f"veneno-{word}")["messages"]) == 1
