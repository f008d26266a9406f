"""Certificates of our own doors: read at the start, and again when told, so that a renewal needs no restart."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Served:
    """PEM files, and the context that shows them to whoever calls next."""

    context: ssl.SSLContext
    certificate: Path
    key: Path


_served: list[Served] = []


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer. Raises OSError (ssl.SSLError is one) when the files cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    _served.append(Served(context, certificate, key))
    return context


def read_again() -> Iterator[tuple[Path, str | None]]:
    """Each certificate, and why it cannot be used; then what was read before stays in force."""
    for one in _served:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(one.certificate, one.key)
            one.context.load_cert_chain(one.certificate, one.key)
        except OSError as error:
            yield one.certificate, error.strerror or str(error)
        else:
            yield one.certificate, None
