"""Attack 52: whatever is secret is compared in constant time; a plain comparison is found by reading the code."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("channels", "config", "domain", "ingest", "store", "triage", "web")
WORDS = (
    "secret",
    "signature",
    "password",
    "passwd",
    "token",
    "hmac",
    "mac",
    "digest",
    "proof",
    "credential",
    "api_key",
)
ALLOWED = {
    ("channels/app/door.py", "found.envelope.get('sha256', digest) != digest"): "of bodies that one sender has sent",
    ("channels/chat/door.py", "found.envelope.get('sha256', digest) != digest"): "of bodies that one sender has sent",
    ("channels/heartbeat/__init__.py", "known == token"): "both are the settings' own, at the start",
    ("channels/imap/options.py", "(self.password is None) == (self.oauth is None)"): "whether there are any",
    ("channels/imap/tokens.py", "self._token == refused"): "both are our own: has it been renewed meanwhile",
    ("channels/mail/addresses.py", "token in (',', ';')"): "a token of a grammar",
    ("channels/mail/flowed.py", "words != _SIGNATURE"): "the line before a signature of words",
    ("channels/mail/tnef.py", "struct.unpack_from('<I', data)[0] != _SIGNATURE"): "the first bytes of a file format",
    ("config/attachments.py", "(self.access_key is None) != (self.secret_key is None)"): "whether there are any",
    ("ingest/backup.py", "_digest_of(path) != path.name"): "of files, against rot",
    ("ingest/backup.py", "_digest_of(folder / name) != sha256"): "of files, against rot",
    ("ingest/rulefiles.py", "digest(path) == known"): "of rule files, against waiting",
    ("triage/token.py", "len(token) != length"): "the form of a token, which everybody knows",
    ("triage/token.py", "token != token.lower()"): "the form of a token, which everybody knows",
}
"""What is called like a secret and is none: its file, the comparison, and why."""
DOORS = ("channels/signing.py", "channels/proofs.py", "channels/mapped/proofs.py", "channels/graph/door.py",
         "channels/slack/door.py", "channels/telegram/hook.py", "channels/voice/door.py", "channels/alerts/door.py",
         "channels/heartbeat/door.py", "channels/app/keys.py", "triage/token.py")  # fmt: skip


def sources():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def names_in(node):
    """Names, attributes and what is called, of one side of a comparison."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id.lower()
        elif isinstance(one, ast.Attribute):
            yield one.attr.lower()


def is_plain(node):
    """A constant, or None: `token is None`, `scheme == "hmac"`."""
    return isinstance(node, ast.Constant)


def suspicious(tree):
    """Comparisons by ==, != or `in` with something called like a secret on a side that is no constant."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In):
            continue
        sides = [node.left, *node.comparators]
        if any(map(is_plain, sides)):
            continue
        secret = [name for side in sides for name in names_in(side) if any(word in name.split("_") for word in WORDS)]
        if secret:
            yield node.lineno, ast.unparse(node)


def test_nothing_called_like_a_secret_is_compared_by_equality():
    found = {(path, text): f"{path}:{line}: {text}" for path, tree in sources() for line, text in suspicious(tree)}
    assert [place for known, place in found.items() if known not in ALLOWED] == []
    assert set(ALLOWED) - set(found) == set(), "what is gone needs no excuse"


def test_every_door_compares_by_hmac_compare_digest():
    for path in DOORS:
        assert "compare_digest" in (ROOT / path).read_text(encoding="utf-8"), path


def test_a_plain_comparison_would_be_found():
    assert list(suspicious(ast.parse("if offered_signature == expected: pass")))
    assert list(suspicious(ast.parse("ok = token in self.tokens")))
    assert not list(suspicious(ast.parse("if scheme == 'hmac': pass")))
