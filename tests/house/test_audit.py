"""The audit of our dependencies: a finding fails, silence of the service is told, and no lock goes by unseen."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.audit import judged

ROOT = Path(__file__).parents[2]
LOCK = f"left-pad==1.0 --hash=sha256:{'0' * 64}\nright-pad==2.0 --hash=sha256:{'1' * 64}\n"
BUG = {
    "id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "summary": "s", "details": "d", "modified": "2026-01-01T00:00:00Z",
    "affected": [{"package": {"name": "left-pad", "ecosystem": "PyPI"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]}],
}  # fmt: skip


@contextmanager
def advisories(known):
    """A server that answers as OSV does: bugs by name of the package."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = json.dumps({"vulns": known.get(asked["package"]["name"], [])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def audited(tmp_path, url, lock=LOCK):
    (tmp_path / "lock.txt").write_text(lock)
    environment = os.environ | {"BALCAO_OSV_URL": url, "XDG_CACHE_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "tests.audit", str(tmp_path / "lock.txt")]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=100, check=False)


def test_what_is_known_against_a_pinned_version_fails_and_names_what_mends_it(tmp_path):
    with advisories({"left-pad": [BUG]}) as url:
        done = audited(tmp_path, url)
    assert done.returncode == 1, done.stderr
    assert "left-pad 1.0: PYSEC-2026-1 (CVE-2026-1), mended in 1.1" in done.stdout


def test_nothing_known_is_told_with_how_many_were_looked_at(tmp_path):
    with advisories({}) as url:
        done = audited(tmp_path, url)
    assert (done.returncode, done.stdout) == (0, "audit: 2 packages, nothing known against them\n")


def test_a_service_that_is_not_there_is_told_and_stops_nobody(tmp_path):
    done = audited(tmp_path, "http://127.0.0.1:1/v1/query")
    assert done.returncode == 0
    assert done.stdout.startswith("audit: SKIPPED, the advisory service cannot be reached; nothing was looked at")


@pytest.mark.parametrize(
    ("document", "trouble", "code", "word"),
    [(None, "ERROR: the requirements file is broken", 1, "FAILED"), (None, "", 1, "FAILED"),
     ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, "", 0, "SKIPPED")],
)  # fmt: skip
def test_what_is_neither_an_answer_nor_silence_fails(document, trouble, code, word):
    found, lines = judged(document, trouble)
    assert found == code
    assert word in lines[0]
