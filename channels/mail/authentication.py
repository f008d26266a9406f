"""Whether a server we trust vouches for the sender: Authentication-Results, RFC 8601.

A mail can carry any number of such fields, and most of the ways to write one are open to its sender. So (ADR 7):

    no `trusted_authserv`, or the peer that delivered is none of ours ─▶ nothing counts
    above every Received               the server that delivered to us wrote it: each field that bears a trusted id
    below, up to `trusted_hops` down   the topmost field that bears one: a stranger's may stand right under it
    further down                       the mail brought it along: nothing

    what counts ─▶ results of spf, dkim, dmarc ─▶ one of them speaks for the domain of From? ─▶ aligned

A field that cannot be read to its end says nothing at all. So does every field, for a mail that names two authors.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.mail.addresses import parties
from channels.mail.alignment import aligned, ascii_domain
from channels.mail.authres import Result, read_results
from channels.mail.mime import Part
from domain.interaction import Party, TraitValue
from domain.mailbox import domain_of

HEADER = "authentication-results"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose word counts. `authserv` holds lower-case ids; `hops`: Received fields that may stand above a field.

    `peers` may hand mail over; an envelope that names no peer comes from a mailbox, a Unix socket or a file.
    """

    authserv: frozenset[str] = frozenset()
    hops: int = 0
    peers: tuple[Network, ...] = ()

    def reaches(self, envelope: Mapping[str, Any]) -> bool:
        """Whether fields of a mail that came so can count at all."""
        peer = envelope.get("peer")
        return bool(self.authserv) and (not peer or self._knows(str(peer)))

    def _knows(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.peers if network.version == address.version)


NOBODY = Trust()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """`aligned_by` names the method that speaks for the domain of From, or is None."""

    results: Mapping[str, str] = field(default_factory=dict)
    aligned_by: str | None = None

    def traits(self) -> Iterator[tuple[str, TraitValue]]:
        yield "auth.aligned", self.aligned_by is not None
        for method, result in self.results.items():
            yield f"auth.{method}", result


def authentication_of(mail: Part, sender: Party, trust: Trust) -> Authentication:
    """What the trusted fields of a mail say; the caller has asked `trust.reaches`."""
    results = [result for value in _that_count(mail, trust) for result in read_results(value)[1]]
    words = {method: word for method in ("spf", "dkim", "dmarc") if (word := _word(method, results))}
    return Authentication(results=words, aligned_by=_speaks_for(_author(mail, sender), words, results))


def standing(mail: Part, name: str) -> Iterator[tuple[int, str]]:
    """Every value of a field from the top, each with the number of Received fields above it."""
    values = iter(mail.headers.get(name, ()))
    received = 0
    for one in mail.order:
        if one == name:
            yield received, next(values)
        elif one == "received":
            received += 1


def _that_count(mail: Part, trust: Trust) -> Iterator[str]:
    for received, value in standing(mail, HEADER):
        if received > trust.hops:
            return
        if read_results(value)[0] in trust.authserv:
            yield value
            if received:
                return


def _word(method: str, results: Sequence[Result]) -> str | None:
    """The result shown for a method. One good signature is enough; two opinions of anything else are not good."""
    found = [result.result for result in results if result.method == method]
    if method == "dkim":
        return "pass" if "pass" in found else next(iter(found), None)
    return next((word for word in found if word != "pass"), next(iter(found), None))


def _author(mail: Part, sender: Party) -> str | None:
    """The domain of the one author, or None where there are several or none."""
    fields = mail.headers.get("from", ())
    named = parties(fields)
    if len(fields) != 1 or len(named) != 1 or named[0].address != sender.address:
        return None
    return ascii_domain(domain_of(sender.address))


def _speaks_for(domain: str | None, words: Mapping[str, str], results: Sequence[Result]) -> str | None:
    """A DMARC failure is the last word; a DMARC pass for another domain means that two readers saw two authors."""
    if domain is None or words.get("dmarc") == "fail":
        return None
    judged = {ascii_domain(about) for one in results if one.method == "dmarc" and (about := one.get("header.from"))}
    if judged - {domain}:
        return None
    if words.get("dmarc") == "pass" and judged:
        return "dmarc"
    good = [one for one in results if one.method in {"dkim", "spf"} and words.get(one.method) == one.result == "pass"]
    return next((one.method for one in good if aligned(_vouched(one), domain)), None)


def _vouched(result: Result) -> str:
    """The domain that a good DKIM or SPF result is about; '' if it names none."""
    if result.method == "spf":
        return domain_of((result.get("smtp.mailfrom") or "").strip("<>"))
    return result.get("header.d") or (result.get("header.i") or "").rpartition("@")[2]
