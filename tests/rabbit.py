"""Nodes of RabbitMQ that tests start for themselves: Debian's server, three names, free ports, a folder of their own.

Nothing of the system's own installation is read or written: cookie, configuration, data, logs and epmd are ours. Each
node listens on 127.0.0.1. What `cut` does: the two sides close their connection and refuse each other's handshake, as
if each had been given another cookie. It stands for a network that is cut; packets that vanish in silence are
not simulated (a node that is frozen by SIGSTOP, `freeze`, is the nearest to that).
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.ports import free_port
from tests.processes import kill_session

START = 90.0
CONF = """\
loopback_users = none
log.console = false
log.file.level = warning
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
max_message_size = 134217728
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
"""
QUIET = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


@cache
def server():
    """The folder of RabbitMQ's own scripts; None where it is not installed."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
    return found[-1] if found and shutil.which("epmd") else None


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Node:
    folder: Path
    number: int
    names: int
    cookie: str
    epmd: int
    port: int = field(default_factory=free_port)
    dist: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def name(self):
        return f"balcao{self.number}@127.0.0.1"

    @property
    def environment(self):
        home = self.folder / f"node{self.number}"
        home.mkdir(parents=True, exist_ok=True)
        (home / "plugins").write_text("[].\n")
        (home / "rabbitmq.conf").write_text(
            CONF
            + "".join(
                f"cluster_formation.classic_config.nodes.{one} = balcao{one}@127.0.0.1\n"
                for one in range(1, self.names + 1)
            )
            + self._tls_conf()
        )
        return {
            "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": self.name, "RABBITMQ_USE_LONGNAME": "true",
            "RABBITMQ_BASE": str(home), "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist), "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"), "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-setcookie {self.cookie} {QUIET}",
            "RABBITMQ_CTL_ERL_ARGS": f"-setcookie {self.cookie} +S 1:1",
            "ERL_EPMD_PORT": str(self.epmd), "ERL_EPMD_ADDRESS": "127.0.0.1",
        }  # fmt: skip

    def _tls_conf(self):
        """With `certificate.pem` and `key.pem` in the cluster's folder the node listens on `tls`, too."""
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        if not certificate.exists():
            return ""
        return (
            f"listeners.ssl.1 = 127.0.0.1:{self.tls}\nssl_options.cacertfile = {certificate}\n"
            f"ssl_options.certfile = {certificate}\nssl_options.keyfile = {key}\n"
            "ssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\n"
        )

    def launch(self):
        with (self.folder / f"node{self.number}.out").open("ab") as out:
            self.process = subprocess.Popen(
                [server() / "rabbitmq-server"], env=self.environment, stdout=out, stderr=out, start_new_session=True
            )

    def await_up(self):
        patience = time.monotonic() + START
        while not answers(self.port):
            out = (self.folder / f"node{self.number}.out").read_text(errors="replace")
            assert self.process.poll() is None, out[-2000:]
            assert time.monotonic() < patience, out[-2000:]
            time.sleep(0.1)

    def kill(self):
        """As if its machine had lost power, but for its disk's cache."""
        kill_session(self.process)

    def freeze(self):
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        """The whole session that it was started in: a script, the emulator, its helpers."""
        os.killpg(self.process.pid, number)

    def evaluate(self, expression):
        """What this Erlang expression comes to on the node."""
        return self.ctl("eval", expression)

    def ctl(self, *arguments):
        """A command of rabbitmqctl at this node; its output."""
        done = subprocess.run(
            [server() / "rabbitmqctl", "-n", self.name, "-l", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def cut(self, *others):
        """They stay together without us."""
        wrong = secrets.token_hex(8)
        self.evaluate(
            "".join(
                f"erlang:set_cookie('{one.name}', '{wrong}'), erlang:disconnect_node('{one.name}'), " for one in others
            )
            + "ok."
        )

    def mend(self, *others):
        """What `cut` did to these."""
        self.evaluate("".join(f"erlang:set_cookie('{one.name}', '{self.cookie}'), " for one in others) + "ok.")


class Cluster:
    """`count` nodes below `folder`, started together; one is a broker, three are what production runs."""

    def __init__(self, folder, count=3):
        folder.mkdir(exist_ok=True)
        cookie, epmd = secrets.token_hex(8), free_port()
        self._epmd = subprocess.Popen(
            ["epmd", "-address", "127.0.0.1", "-port", str(epmd)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.nodes = [Node(folder, number, count, cookie, epmd) for number in range(1, count + 1)]

    def start(self):
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.await_up()
        return self

    def url(self, vhost=""):
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"amqp://guest:guest@{hosts}/{vhost}"

    def stop(self):
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.thaw()
                node.kill()
        self._epmd.terminate()
        self._epmd.wait()
