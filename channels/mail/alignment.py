"""When two domains belong together: relaxed alignment of RFC 7489 §3.1, by the Public Suffix List."""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


def aligned(vouched: str, author: str) -> bool:
    """Whether who vouches for `vouched` speaks for `author`: the same domain, or the same registered domain."""
    vouched, author = ascii_domain(vouched), ascii_domain(author)
    if not vouched or not author:
        return False
    return vouched == author or registered(vouched) == registered(author) is not None


@lru_cache(maxsize=4096)
def registered(domain: str) -> str | None:
    """`mail.cliente.com.br` → `cliente.com.br`; None for what anybody may register under (`com.br`, `github.io`)."""
    return _suffixes().privatesuffix(domain)


def ascii_domain(domain: str) -> str:
    """Folded, in ASCII; '' for what is no domain."""
    try:
        return domain.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""


@cache
def _suffixes() -> PublicSuffixList:
    """Read on first use: 30 ms."""
    return PublicSuffixList()
