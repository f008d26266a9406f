"""A machine of its own, booted by systemd: namespaces for processes, network and mounts, and a layer over this disk.

What systemd does to files (it empties /tmp, writes /etc) happens in the layer, which lies in memory and goes with
the machine; settings of the kernel are read-only inside. Only root can make one.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.daemon import wait_for

ROOT = Path(__file__).parents[2]
INIT = shutil.which("systemd", path="/usr/lib/systemd:/lib/systemd")
TOOLS = ("unshare", "nsenter", "pivot_root")
OPT = "/opt/balcao"

BOOT = """
set -e
base={base} root={base}/root
mount -t tmpfs -o size=1G tmpfs $base
mkdir $base/upper $base/work $base/venv $base/venvwork $root
mount -t overlay overlay -o lowerdir=/,upperdir=$base/upper,workdir=$base/work $root
mount -t proc proc $root/proc
mount --bind $root/proc/sys $root/proc/sys
mount -o remount,bind,ro $root/proc/sys
mount -t sysfs -o ro sysfs $root/sys
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $root/dev
for node in null zero full random urandom tty; do cp -a /dev/$node $root/dev/$node; done
mkdir $root/dev/pts $root/dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts $root/dev/pts
ln -s pts/ptmx $root/dev/ptmx
ln -s /proc/self/fd $root/dev/fd
for folder in run tmp var/tmp dev/shm; do mount -t tmpfs -o mode=1777 tmpfs $root/$folder; done
mkdir -p $root/opt/python $root{opt}/.venv
mount --bind {python} $root/opt/python
mount -t overlay overlay -o lowerdir={venv},upperdir=$base/venv,workdir=$base/venvwork $root{opt}/.venv
tar -x -C $root{opt} < {sources}
rm -rf $root/etc/systemd/system/*.wants $root/lib/systemd/system/*.target.wants
mkdir $root/lib/systemd/system/sysinit.target.wants
ln -s ../systemd-journald.service $root/lib/systemd/system/sysinit.target.wants/
: > $root/etc/fstab
echo 0123456789abcdef0123456789abcdef > $root/etc/machine-id
ip link set lo up
mkdir $root/.old
cd $root
pivot_root . .old
umount -l .old
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=balcao-test {init} --unit=multi-user.target --show-status=0
"""

INSTALL = f"""
set -e
echo /opt/python/lib > /etc/ld.so.conf.d/00-python.conf
ldconfig
cd {OPT}/.venv
sed -i "s#^home = .*#home = /opt/python/bin#" pyvenv.cfg
ln -sf /opt/python/bin/{Path(os.path.realpath(sys.executable)).name} bin/python
grep -lIr "^#!.*python" bin | xargs sed -i "1s#^.*#\\#!{OPT}/.venv/bin/python#"
bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable {OPT}
"""


class Machine:
    """Its commands run inside, as root; `user` and `environment` as given."""

    def __init__(self, init):
        self._enter = ["nsenter", "--target", str(init), "--all", "--root", "--wd", "env", "-i"]

    def run(self, command, *, check=True, **environment):
        """A line for the shell, in a plain environment; its output, both streams."""
        words = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"} | environment
        pairs = [f"{name}={value}" for name, value in words.items()]
        done = subprocess.run(
            [*self._enter, *pairs, "bash", "-c", command], capture_output=True, text=True, timeout=120, check=False
        )
        if check:
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def state(self, unit):
        return self.run(f"systemctl show -P ActiveState {unit}").strip()

    def is_up(self):
        return "running" in self.run("systemctl is-system-running", check=False)


@contextlib.contextmanager
def booted(folder):
    """A machine that has booted, with these sources and their environment in /opt/balcao."""
    if os.geteuid() != 0 or INIT is None or not all(shutil.which(tool) for tool in TOOLS):
        pytest.skip("only root can boot a machine in namespaces, and systemd must be installed")
    base, sources = folder / "base", folder / "sources.tar"
    base.mkdir()
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-c", "--null", "-T", "-", "-f", sources], cwd=ROOT, input=files, check=True)
    python = Path(sys.base_prefix).resolve()
    places = {"base": base, "sources": sources, "python": python, "venv": Path(sys.prefix), "init": INIT}
    script = BOOT.format(opt=OPT, **{name: shlex.quote(str(place)) for name, place in places.items()})
    kinds = ("mount", "net", "uts", "ipc", "cgroup", "pid")
    with (folder / "boot.log").open("wb") as log:
        outside = subprocess.Popen(
            ["unshare", *(f"--{kind}" for kind in kinds), "--propagation", "private", "--fork", "--kill-child",
             "bash", "-c", script],
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
    try:
        machine = Machine(wait_for(lambda: _child(outside.pid), what="the machine's first process"))
        wait_for(lambda: outside.poll() is not None or machine.is_up(), what="a booted machine")
        assert outside.poll() is None, (folder / "boot.log").read_text()
        machine.run(INSTALL)
        yield machine
    finally:
        outside.kill()
        outside.wait()


def _child(pid):
    """The process id, out here, of the one that `pid` forked."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None
