"""Sockets that systemd hands over: by name, several under one, for this process alone, and for no child of it."""

import os
import socket

import pytest

from channels import handed


def passed(monkeypatch, *names):
    """As systemd does it: descriptors one after the other, from `first` on. The caller closes what it is given."""
    made = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    first = max(one.fileno() for one in made) + 100
    for index, one in enumerate(made):
        os.dup2(one.fileno(), first + index, inheritable=True)
        one.close()
    return first, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(names)), "LISTEN_FDNAMES": ":".join(names)}


def closed(found):
    for one in (one for several in found.values() for one in several):
        one.close()


def test_sockets_are_found_by_name_and_told_to_nobody_else(monkeypatch):
    first, told = passed(monkeypatch, "smtp", "http", "smtp")
    found = handed.taken_from(told, os.getpid(), first)

    assert {name: len(several) for name, several in found.items()} == {"smtp": 2, "http": 1}
    assert told == {}
    assert not any(one.get_inheritable() for several in found.values() for one in several)
    closed(found)


def test_sockets_without_names_have_the_name_that_systemd_gives_them(monkeypatch):
    first, told = passed(monkeypatch, "")
    del told["LISTEN_FDNAMES"]
    found = handed.taken_from(told, os.getpid(), first)
    assert set(found) == {"unknown"}
    closed(found)


@pytest.mark.parametrize(
    "told", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "1"}, {"LISTEN_PID": "x"}, {"LISTEN_PID": str(os.getpid())},
             {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "-1"}, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": ""}]
)  # fmt: skip
def test_what_is_meant_for_another_process_or_is_nonsense_is_nothing(told):
    assert handed.taken_from(dict(told), os.getpid()) == {}
