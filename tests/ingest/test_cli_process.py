"""`balcao` as a process of its own: fast, obedient to pipes and terminals, never a traceback."""

import json
import os
import pty
import resource
import subprocess
import sys
from pathlib import Path

import pytest

BALCAO = Path(sys.executable).with_name("balcao")
HEAVY = ("pydantic", "sqlalchemy", "aiohttp", "rich", "structlog", "alembic", "yaml", "re2")


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "BALCAO_CONFIG", "COLUMNS"}}
    return {**kept, "BALCAO_LANG": "pt-BR", "TERM": "xterm-256color", **extra}


def run(*words, **options):
    extra = options.pop("env", {})
    return subprocess.run(
        [BALCAO, *map(str, words)], capture_output=True, env=environment(**extra), check=False, **options
    )


def on_a_terminal(*words, **extra):
    """What a terminal would be sent."""
    primary, secondary = pty.openpty()
    with subprocess.Popen([BALCAO, *map(str, words)], stdout=secondary, stderr=secondary, env=environment(**extra)):
        os.close(secondary)
        shown = b""
        while chunk := read_or_nothing(primary):
            shown += chunk
    os.close(primary)
    return shown


def read_or_nothing(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says EIO when the other side is closed
        return b""


def test_help_imports_nothing_heavy():
    """What makes a command line slow to start is what it imports."""
    code = (
        "import sys\nfrom ingest.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(','.join(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)

    assert [name for name in HEAVY if name in result.stderr.strip().split(",")] == []


def test_help_comes_at_once():
    """In seconds of CPU, since other processes may run beside this one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.4


def test_no_colours_reach_a_pipe(desk):
    assert b"\x1b" not in run("tickets", "list", "-c", desk.config).stdout
    assert b"\x1b" not in run("tickets", "list", "-c", desk.config, env={"FORCE_COLOR": "1"}).stdout


def test_a_terminal_gets_colours_unless_it_asks_for_none(desk):
    assert b"\x1b[" in on_a_terminal("tickets", "list", "-c", desk.config)
    assert b"\x1b[3" not in on_a_terminal("tickets", "list", "-c", desk.config, NO_COLOR="1")


def test_a_terminal_obeys_no_customer(desk):
    shown = on_a_terminal("tickets", "show", "2", "-c", desk.config, NO_COLOR="1")

    assert b"]0;dono" in shown
    assert b"\x1b]0;" not in shown
    assert b"\x1b[2J" not in shown


@pytest.mark.parametrize("words", [("tickets", "export"), ("tickets", "list"), ("rules", "schema"), ("--help",)])
def test_a_reader_that_leaves_early_is_no_error(desk, words):
    config = () if words == ("--help",) else ("-c", desk.config)
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [BALCAO, *words, *map(str, config)], stdout=writer, stderr=subprocess.PIPE, env=environment(), check=False
    )
    os.close(writer)

    assert (result.returncode, result.stderr) == (0, b"")


def test_a_full_disk_is_told(desk):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        result = subprocess.run(
            [BALCAO, "tickets", "export", "-c", desk.config],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )

    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    assert result.stderr.startswith(b"Erro: ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_character_gets_a_question_mark(desk, encoding):
    shown = run("status", "-c", desk.config, env={"PYTHONIOENCODING": encoding})
    document = run("tickets", "show", "1", "--json", "-c", desk.config, env={"PYTHONIOENCODING": encoding})

    assert shown.returncode == 1  # nothing runs
    assert json.loads(document.stdout.decode("utf-8"))["priority"] == "Média"


def test_json_on_standard_output_is_one_document_and_nothing_else(desk):
    result = run("check", "--json", "-c", desk.config)

    assert json.loads(result.stdout)["ok"] is True
    assert result.stderr == b""


def test_python_can_run_it_as_a_module():
    result = subprocess.run([sys.executable, "-m", "ingest.cli", "--version"], capture_output=True, check=True)

    assert result.stdout.startswith(b"balcao ")


def test_a_configuration_that_does_not_let_the_daemon_start_is_exit_code_two(installation):
    installation.config.write_text("version: 1\nchannels: {email: {kind: carrier-pigeon}}\n")

    result = run("run", "-c", installation.config, timeout=30)

    assert result.returncode == 2
    assert any(line.startswith(f"{installation.config}:2:".encode()) for line in result.stderr.splitlines())
    assert b"Traceback" not in result.stderr
