"""The Postfix configuration of docs/mail-trust.md, read by Postfix itself."""

import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.machine import _tool

PAGE = (Path(__file__).parents[3] / "docs" / "mail-trust.md").read_text(encoding="utf-8")
MAIN = re.search(r"`/etc/postfix/main\.cf`:\n\n```\n(.*?)```", PAGE, re.DOTALL)[1]
HEADER_CHECKS = re.search(r"`/etc/postfix/header_checks`.*?\n\n```\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.mark.skipif(_tool("postconf") is None, reason="Postfix's postconf cannot be had here")
def test_postfix_knows_every_line(tmp_path):
    (tmp_path / "main.cf").write_text(MAIN)
    (tmp_path / "master.cf").write_text("smtp inet n - n - - smtpd\n")
    command = [*_tool("postconf"), "-c", str(tmp_path), "-n"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    told = dict(line.split(" = ", 1) for line in done.stdout.splitlines())
    known = {name: value for name, value in told.items() if name != "config_directory"}

    assert (done.returncode, [line for line in done.stderr.splitlines() if "unused parameter" in line]) == (0, [])
    assert known == dict(line.split(" = ", 1) for line in MAIN.splitlines())
