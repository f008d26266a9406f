"""The daemon as the suite runs it: role by role, each started again when it dies, as supervisord does."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

import psutil

from tests.channels.cases import SECRET
from tests.channels.telegram.server import TOKEN
from tests.chaos.customers import ORIGIN, Place
from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.ports import free_port

SPLIT = ("work", "dispatch", "web", "receive")
WHOLE = ("all",)
RESTART_AFTER = 0.3
START_WITHIN = 240.0
"""Seconds; four interpreters start at once, on whatever machine this is."""
SIGNING = "whsec_" + "QmFsY2FvIGNoYW9zIHN1aXRlIGtleSAwMTIzNDU2Nzg5"

SETTINGS = """\
version: 1
name: Exemplo Ltda
language: pt-BR
var: var
rules: rules.yaml
token_key: file:var/secrets/token.key
web: {{public: "127.0.0.1:{public}", private: "127.0.0.1:{private}", failures_per_minute: 100000}}
log: {{format: json, level: info}}
{databases}
worker: {{processes: 1}}
alerts: {{storm: null}}
acknowledgement: {{budgets: {{per_address: 1000, per_domain: 1000000, all: 1000000, same_text: null}}}}
dispatch: {{retry_delays: [{delays}]}}
channels:
  email:
    kind: smtp
    listen: ["127.0.0.1:{smtp}"]
    lmtp: ["127.0.0.1:{lmtp}"]
    address: suporte@exemplo.com.br
    recipients: ["@exemplo.com.br"]
    relay: {{host: 127.0.0.1, port: {relay}, tls: none}}
  site: {{kind: webhook, secrets: ["env:SIGNING"]}}
  telefone: {{kind: voice, secrets: ["env:SIGNING"]}}
  alertas: {{kind: alerts, secrets: ["env:SIGNING"]}}
  app: {{kind: app, applications: {{portal: {{keys: ["env:SECRET"]}}}}}}
  chat:
    kind: chat
    origins: ["{origin}"]
    secrets: ["env:SECRET"]
    limits: {{messages_per_minute: 10000, address_messages_per_minute: 100000, address_sessions_per_minute: 100000}}
  whatsapp:
    kind: whatsapp
    secrets: ["env:SECRET"]
    verify_token: env:SECRET
    token: env:SECRET
    api: "{providers}/v24.0"
  telegram:
    kind: telegram
    receive: webhook
    token: env:TELEGRAM
    secret: env:SHOWN
    base_url: "{providers}"
"""
SHOWN = "telegram_shows_this_word_0123456789"
ENVIRONMENT = {"SIGNING": SIGNING, "SECRET": SECRET, "TELEGRAM": TOKEN, "SHOWN": SHOWN, "BALCAO_LANG": "pt-BR"}
SECRETS = {
    "site": SIGNING, "telefone": SIGNING, "alertas": SIGNING, "portal": SECRET, "whatsapp": SECRET, "telegram": SHOWN,
}  # fmt: skip


@dataclass
class House(Daemon):
    """`roles` run as processes of their own; `databases`: what the settings say of journal and store."""

    roles: tuple = SPLIT
    databases: str = ""
    relay: object = None
    providers: object = None

    def __post_init__(self):
        super().__post_init__()
        self.ports["lmtp"] = free_port()
        text = SETTINGS.format(
            **self.ports, databases=self.databases, relay=self.relay.port, providers=self.providers.url,
            origin=ORIGIN, delays=", ".join(["1s"] * 200),
        )  # fmt: skip
        self.config.write_text(text, encoding="utf-8")
        self.processes = {}
        self.clock = time.time
        self.secrets = dict(SECRETS)
        self.restarts = 0
        self.gave_up = []
        self._watch = threading.Event()
        self._lock = threading.Lock()

    def place(self):
        return Place(ports=self.ports, secrets=self.secrets, clock=self.clock)

    # Processes

    def start(self, *, ready=True):
        self._watch.clear()
        for role in self.roles:
            self._launch(role)
        threading.Thread(target=self._supervise, name="supervisor", daemon=True).start()
        if ready:
            wait_for(self.is_ready, within=START_WITHIN, what="readiness")
        return self

    def _launch(self, role):
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                [str(BALCAO), "run", "--role", role, "-c", str(self.config)],
                stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **ENVIRONMENT, **self.environment},
            )  # fmt: skip

    def _supervise(self):
        """What ends is started again, but not what says that it needs a person."""
        while not self._watch.wait(RESTART_AFTER):
            with self._lock:
                for role, process in list(self.processes.items()):
                    if self._watch.is_set() or process.poll() is None:
                        continue
                    if process.returncode in {0, 2}:
                        self.gave_up.append((role, process.returncode))
                        del self.processes[role]
                        continue
                    self.restarts += 1
                    self._launch(role)

    def is_ready(self):
        assert not self.gave_up, f"ended and not to be started again: {self.gave_up}: {self.tail()}"
        try:
            return self.get("/readyz")["ready"]
        except (OSError, ValueError):
            return False

    def kill(self, role=None):
        """SIGKILL, of one role or of all at once."""
        for name in [role] if role else list(self.processes):
            self.processes[name].send_signal(signal.SIGKILL)

    def freeze(self):
        """Every process of the node, children included, stops where it is."""
        stopped = self.family()
        for process in stopped:
            _signal(process, signal.SIGSTOP)
        return stopped

    @staticmethod
    def thaw(stopped):
        for process in stopped:
            _signal(process, signal.SIGCONT)

    def family(self):
        found = []
        for process in list(self.processes.values()):
            try:
                parent = psutil.Process(process.pid)
                found += [parent, *parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self):
        self._watch.set()
        with self._lock:
            for process in self.processes.values():
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            for process in self.processes.values():
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def tail(self, size=1500):
        return "\n".join(
            f"{log.name}: {log.read_text(encoding='utf-8', errors='replace')[-size:]}"
            for log in sorted(self.folder.glob("*.log"))
        )

    def balcao(self, *arguments, check=True):
        """A command, with the same environment as the roles."""
        done = subprocess.run(
            [str(BALCAO), *arguments, "-c", str(self.config)], capture_output=True, text=True, timeout=120,
            cwd=self.folder, check=False, env={**os.environ, **ENVIRONMENT},
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def waiting(self):
        """How many entries wait in the journal, and messages in the outbox; None where that cannot be told now."""
        try:
            status = json.loads(self.balcao("status", "--json", check=False))  # 1 while a role is down
            journal, outbox = status["journal"]["counts"], status["outbox"]
            return journal["waiting"] + journal["claimed"], outbox["pending"] + outbox["sending"]
        except (KeyError, TypeError, ValueError, subprocess.TimeoutExpired):
            return None, None


def _signal(process, number):
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
