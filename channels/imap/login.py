"""Logging in: by password or by access token, and what a refusal means.

LOGIN or AUTHENTICATE PLAIN (passwords that are not ASCII)        XOAUTH2, or OAUTHBEARER where only that is offered

NO with [UNAVAILABLE], [INUSE], [LIMIT], [SERVERBUG] (RFC 5530), a broken connection    ConnectionLost
any other refusal                                                                      CredentialsRejected
"""

import re
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from channels.cleaning import clean_line
from domain.errors import ConnectionLost, CredentialsRejected, ReceiverError

_TEMPORARY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """Either a password or an access token; never shown."""

    username: str
    password: str | None = None
    token: str | None = None


def log_in(client: IMAPClient, credentials: Credentials) -> None:
    """Raises ConnectionLost and CredentialsRejected."""
    try:
        if credentials.token is not None:
            _with_token(client, credentials.username, credentials.token)
        else:
            _with_password(client, credentials.username, credentials.password or "")
    except IMAPClientError as error:
        raise _refusal(error) from None  # the library's error holds what was sent
    client._cached_capabilities = None  # noqa: SLF001 - others than before logging in, and imapclient keeps them


def _with_token(client: IMAPClient, username: str, token: str) -> None:
    if client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
        name = username.replace("=", "=3D").replace(",", "=2C")
        _authenticate(client, "OAUTHBEARER", f"n,a={name},\1auth=Bearer {token}\1\1", b"\1")
    else:
        _authenticate(client, "XOAUTH2", f"user={username}\1auth=Bearer {token}\1\1", b"")


def _with_password(client: IMAPClient, username: str, password: str) -> None:
    if client.has_capability("LOGINDISABLED"):
        raise CredentialsRejected("the server takes no password over this connection: set tls to starttls or implicit")
    if client.has_capability("AUTH=PLAIN") or not (username + password).isascii():
        _authenticate(client, "PLAIN", f"\0{username}\0{password}", b"")
    else:
        client.login(username, password)


def _authenticate(client: IMAPClient, mechanism: str, first: str, afterwards: bytes) -> None:
    """A second challenge tells why we are refused (RFC 7628 §3.2.3); it is answered with `afterwards`."""
    answers = iter((first.encode(),))
    client.sasl_login(mechanism, lambda _challenge: next(answers, afterwards))


def _refusal(error: IMAPClientError) -> ReceiverError:
    words = clean_line(str(error), 200)
    if isinstance(error.__context__, IMAPClientAbortError) or isinstance(error, IMAPClientAbortError):
        return ConnectionLost("the connection broke while logging in", detail=words)
    if _TEMPORARY.search(words):
        return ConnectionLost(f"the server lets nobody in now: {words}")
    return CredentialsRejected(f"the server refuses our credentials: {words}")
