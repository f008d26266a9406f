"""Files that people edit: every mistake with its place, nothing opened; and rules that are wrong never stop mail."""

import subprocess

import pytest

from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.e2e.looking import entries, filed, part
from tests.e2e.senders import post, send_mail

pytestmark = pytest.mark.e2e

BROKEN_SETTINGS = """\
version: 1
nome: Exemplo
grace: soon
web: {public: "127.0.0.1:99999"}
token_key: "the secret itself"
channels:
  email:
    kind: smtp
    address: not an address
    colour: blue
  site:
    kind: telepathy
"""
BROKEN_RULES = """\
version: 1
departments: {suporte: Suporte}
default: {department: vendas, priority: Urgente}
rules:
  - name: um
    when: {words: "/(/"}
    set: {department: suporte}
  - name: um
    when: {colour: blue}
"""
FAILING_TEST = """\
version: 1
departments: {suporte: Suporte, novo: Novo}
default: {department: novo, priority: Baixa}
rules: []
tests:
  - name: vai ao suporte
    given: {text: oi}
    expect: {department: suporte}
"""
GOOD = FAILING_TEST.replace("expect: {department: suporte}", "expect: {department: novo}")


def run(folder, *words):
    return subprocess.run(
        [BALCAO, *words, "-c", "balcao.yaml"], capture_output=True, text=True, timeout=30, cwd=folder, check=False
    )


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_broken_settings_file_is_told_mistake_by_mistake_and_nothing_is_opened(tmp_path, command):
    (tmp_path / "balcao.yaml").write_text(BROKEN_SETTINGS)
    done = run(tmp_path, command)

    assert done.returncode == 2
    told = done.stdout + done.stderr
    for place in ("2:1", "3:8", "4:15", "5:12"):
        assert f"balcao.yaml:{place}: " in told
    assert "the secret itself" not in told
    assert "Traceback" not in told
    assert not (tmp_path / "var").exists()


def test_mistakes_of_all_channels_are_told_at_once(tmp_path):
    good = BROKEN_SETTINGS.splitlines()
    (tmp_path / "balcao.yaml").write_text("\n".join([good[0], *good[5:]]))
    done = run(tmp_path, "run")

    assert done.returncode == 2
    for place in ("5:14", "6:5", "8:11"):
        assert f"balcao.yaml:{place}: " in done.stderr


def test_a_start_tells_the_mistakes_of_every_layer_at_once(tmp_path):
    """A wrong number, a wrong channel option and a secret nobody has set: one start, three places."""
    (tmp_path / "balcao.yaml").write_text(
        "version: 1\ngrace: soon\nchannels:\n  site: {kind: webhook, secrets: [env:NOBODY_SET_THIS]}\n"
        "  email: {kind: smtp, lisen: []}\n"
    )
    done = run(tmp_path, "run")

    assert done.returncode == 2
    assert {line.split(": ")[0] for line in done.stderr.splitlines()} >= {"balcao.yaml:2:8", "balcao.yaml:5:23"}
    (tmp_path / "balcao.yaml").write_text(
        "version: 1\nchannels:\n  site: {kind: webhook, secrets: [env:NOBODY_SET_THIS]}\n"
        "acknowledgement: {templates: nowhere}\njournal: {url: env:NOR_THIS}\n"
    )
    done = run(tmp_path, "run")
    assert {line.split(":")[1] for line in done.stderr.splitlines()} >= {"3", "5"}


def test_a_settings_file_that_is_not_there_or_a_folder_is_told(tmp_path):
    assert run(tmp_path, "run").returncode == 2
    (tmp_path / "balcao.yaml").mkdir()
    done = run(tmp_path, "run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_rules_are_replaced_only_by_better_ones_while_mail_comes(tmp_path):
    """Cold start with broken rules; then good, broken, failing, no text, a folder, nothing, and good ones again."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(BROKEN_RULES)
    daemon = Daemon(tmp_path).start(ready=False)
    try:
        wait_for(lambda: _answers(daemon), what="an open door")
        send_mail(daemon.ports["smtp"], "sem-regras")
        status, _ = post(daemon.ports["public"], "site", daemon.secret(), _chat("fria"), "id-fria")
        assert status == 202
        wait_for(lambda: part(daemon, "worker") == ("down", "waiting for rules"), what="a worker that waits")
        wait_for(lambda: part(daemon, "rules")[0] == "down", what="rules that are refused")
        _, detail = part(daemon, "rules")
        for place in ("3:23", "3:41", "6:19", "8:11", "9:12"):
            assert f"rules.yaml:{place}: " in detail
        assert daemon.get("/readyz")["ready"] is False
        assert len(entries(daemon, "waiting")) == 2

        rules.write_text(GOOD)
        assert filed(daemon, "sem-regras")["department"] == "novo"
        wait_for(lambda: daemon.get("/readyz")["ready"], what="readiness")

        for spoil, words in ((lambda: rules.write_text(BROKEN_RULES), "rules.yaml:3:23"),
                             (lambda: rules.write_text(FAILING_TEST), "vai ao suporte"),
                             (lambda: rules.write_bytes(b"\xff\xfe"), "UTF-8"),
                             (lambda: (rules.unlink(), rules.mkdir()), "it is a folder"),
                             (rules.rmdir, "no such file")):  # fmt: skip
            spoil()
            wait_for(lambda words=words: words in part(daemon, "rules")[1], what=words)
            assert part(daemon, "rules")[0] == "up", "the last good set stays"
        assert daemon.metrics()["balcao_rules_last_reload_successful"] == 0
        send_mail(daemon.ports["smtp"], "velhas-regras")
        assert filed(daemon, "velhas-regras")["department"] == "novo"

        rules.write_text(GOOD.replace("novo", "outro").replace("Novo", "Outro"))
        wait_for(lambda: "refused" not in part(daemon, "rules")[1], what="good rules")
        send_mail(daemon.ports["smtp"], "novas-regras")
        assert filed(daemon, "novas-regras")["department"] == "outro"
    finally:
        assert daemon.stop() == 0


def _answers(daemon):
    try:
        return daemon.get("/readyz")["parts"].get("email", {}).get("state") == "up"
    except OSError:
        return False


def _chat(mark):
    return {"sender": {"id": mark}, "conversation": mark, "text": "oi"}
