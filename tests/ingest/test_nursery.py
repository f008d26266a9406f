"""What workers are forked with, and what accepting does not wait for."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from channels import KINDS
from ingest.nursery import modules_of

BEHIND = ("triage.engine", "triage.loading", "jinja2", "apscheduler.schedulers.base", "pebble", "ingest.pipeline",
          "channels.mail.decode", "channels.webhook.decode", "alembic", "opentelemetry", "aio_pika")  # fmt: skip
"""A tenth of a second each, or near it; none is needed to accept."""


def test_workers_are_forked_with_what_reads_every_kind_of_channel():
    wanted = list(modules_of(KINDS))
    assert [one for one in wanted if find_spec(one) is None] == []
    assert list(modules_of(["voice", "unheard of"])) == ["channels.voice", "channels.voice.decode"]


@pytest.mark.parametrize("kind", ["smtp", "imap", "webhook", "voice"])
def test_a_start_opens_the_doors_without_what_works_behind_them(kind):
    look = f"import sys, ingest.app, channels; channels.load_kind({kind!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(done.stdout.split())
    assert "channels.base" in loaded
    assert loaded & {*BEHIND} == set()
