"""This process among those that share its `var/`."""

import asyncio
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest

from ingest import signs
from ingest.metrics import Metrics
from ingest.presence import Presence, present
from ingest.roles import ROLES
from ingest.supervise import Liveness, spawn
from tests.ingest.test_signs import UP, sign
from tests.patience import until


def process(folder, *roles):
    """As much of a daemon as its presence needs."""
    daemon = SimpleNamespace(
        roles=frozenset(roles), settings=SimpleNamespace(var_path=folder), liveness=Liveness(), metrics=Metrics(),
        vital=lambda coroutine, name: spawn(coroutine, name=name),
    )  # fmt: skip
    daemon.liveness.up("journal")
    daemon.liveness.opened = True
    return daemon


def others(folder, *roles):
    for role in roles:
        presence = Presence(process(folder, role))
        signs.write(presence.file, presence.sign())


def test_alone_nobody_else_is_asked(tmp_path):
    daemon = process(tmp_path, *ROLES)
    presence = Presence(daemon)
    signs.write(tmp_path / "run" / "work.json", sign("work", opened=False))

    assert presence.ready()
    assert presence.parts() is daemon.liveness.parts
    assert presence.registry is daemon.metrics.registry


def test_one_role_of_four_is_not_ready(tmp_path):
    presence = Presence(process(tmp_path, "web"))

    assert not presence.ready()
    assert [name for name, part in presence.parts().items() if part.detail == "no sign of life"] == [
        "role receive",
        "role work",
        "role dispatch",
    ]


def test_four_roles_are_ready_together(tmp_path):
    others(tmp_path, "receive", "work", "dispatch")

    assert Presence(process(tmp_path, "web")).ready()


def test_what_we_are_now_counts_and_not_what_we_wrote(tmp_path):
    others(tmp_path, *ROLES)
    daemon = process(tmp_path, "web")
    daemon.liveness.down("web", "no more")

    assert not Presence(daemon).ready()


def test_the_figures_of_all_are_shown(tmp_path):
    others(tmp_path, "receive", "work", "dispatch")
    page = generate_latest(Presence(process(tmp_path, "web")).registry).decode()

    assert all(f'balcao_batch_entries_count{{role="{role}"}} 0.0' in page for role in ROLES)


async def test_a_process_is_heard_while_it_is_there(tmp_path):
    daemon = process(tmp_path, "work")
    file = Presence(daemon).file

    async with present(daemon):
        await until(file.exists)
        assert file.name == "work.json"
    assert not file.exists()


async def test_a_disk_that_takes_no_sign_stops_nobody(tmp_path):
    (tmp_path / "run").write_text("a file where the folder should be")

    async with present(process(tmp_path, "work")):
        await asyncio.sleep(0.05)
        said = [task for task in asyncio.all_tasks() if task.get_name() == "presence"]
        assert [task.done() for task in said] == [False]


@pytest.mark.parametrize(("roles", "name"), [(ROLES, "all.json"), (("web",), "web.json")])
def test_the_file_is_named_after_the_role(tmp_path, roles, name):
    assert Presence(process(tmp_path, *roles)).file == tmp_path / "run" / name


def test_the_sign_holds_the_parts(tmp_path):
    assert Presence(process(tmp_path, "web")).sign().parts["journal"].state is UP.state
