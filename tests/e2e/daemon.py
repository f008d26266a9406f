"""A real daemon as a process of its own, on free ports, in a temporary directory."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.patience import wait_for
from tests.ports import free_ports

BALCAO = Path(sys.executable).with_name("balcao")

SETTINGS = """\
version: 1
name: Exemplo Ltda
language: pt-BR
var: var
rules: rules.yaml
token_key: file:var/secrets/token.key
web: {{public: "127.0.0.1:{public}", private: "127.0.0.1:{private}"}}
log: {{format: json, level: info}}
{extra}
channels:
  email:
    kind: smtp
    listen: ["127.0.0.1:{smtp}"]
    address: suporte@exemplo.com.br
    recipients: ["@exemplo.com.br"]
    plus_addressing: true
{email}
  site:
    kind: webhook
    secrets: [file:var/secrets/site.key]
  telefone:
    kind: voice
    secrets: [file:var/secrets/telefone.key]
"""


@dataclass
class Daemon:
    """`start` and `stop` may be called again and again on the same directory."""

    folder: Path
    extra: str = ""
    email: str = ""
    role: str = "all"
    wrapper: tuple[str, ...] = ()
    command: tuple[str, ...] = (str(BALCAO),)
    environment: dict = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen | None = None
    ports: dict = field(default_factory=dict)

    def __post_init__(self):
        smtp, public, private = free_ports(3)
        self.ports = {"smtp": smtp, "public": public, "private": private}
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "balcao.yaml"
        self.config.write_text(SETTINGS.format(**self.ports, extra=self.extra, email=self.email), encoding="utf-8")
        shipped = Path(__file__).parents[2] / "config" / "rules.yaml"
        if not (self.folder / "rules.yaml").exists():
            (self.folder / "rules.yaml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
        self.log = self.folder / "daemon.log"

    def start(self, *, ready=True):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, *self.command, "run", "--role", self.role, *self.arguments, "-c", str(self.config)],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=os.environ | {"BALCAO_LANG": "pt-BR"} | self.environment,
            )
        if ready:
            wait_for(self.is_ready, what="readiness")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.tail()}")
        try:
            return self.get("/readyz")["ready"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['private']}{path}", timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['private']}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def pid(self):
        """The daemon's own process id; a wrapper such as strace stands before it."""
        return int(next((self.folder / "var" / "run").glob("*.lock")).read_text()) if self.wrapper else self.process.pid

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        os.kill(self.pid, signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def tail(self, size=4000):
        return self.log.read_text(encoding="utf-8", errors="replace")[-size:] if self.log.exists() else ""

    def logged(self, event):
        """Every JSON log line of this event."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [json.loads(line) for line in lines if re.search(rf'"event":\s*"{event}"', line)]

    def balcao(self, *arguments, check=True):
        """A command of the real console script; its standard output."""
        done = subprocess.run(
            [str(BALCAO), *arguments, "-c", str(self.config)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments):
        """`status` exits with 1 while something stands still, and tells all the same."""
        return json.loads(self.balcao(*arguments, "--json", check=arguments[0] != "status"))

    def tickets(self):
        """Every ticket in full."""
        return [json.loads(line) for line in self.balcao("tickets", "export").splitlines()]

    def secret(self, name="site"):
        return (self.folder / "var" / "secrets" / f"{name}.key").read_text().strip()

    def drained(self):
        """Whether nothing waits in the journal or the outbox."""
        status = json.loads(self.balcao("status", "--json", check=False))
        journal, outbox = status["journal"]["counts"], status["outbox"]
        return not any([journal["waiting"], journal["claimed"], outbox["pending"], outbox["sending"]])
