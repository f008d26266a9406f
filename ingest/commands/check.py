"""`balcao check`: everything a start would stumble over, without starting anything or writing a file.

settings ─┬─▶ channels (options and their secrets)
          ├─▶ secrets (our own, the databases'), letters
          ├─▶ RabbitMQ and PostgreSQL, asked whether they would have us
          └─▶ rules ─▶ their own tests            one list of mistakes, from all files
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.document import Mapping, Scalar
from domain.errors import ConfigError, IntakeUnavailable, Mistake, Position, SchemaTooNew, StoreUnavailable
from ingest.commands.failures import UNUSABLE, WRONG, lines_of, mistakes_as_json
from ingest.commands.shape import command
from ingest.commands.shell import Shell, nearby, warn
from ingest.payloads import unused_secret
from ingest.presentation.checklist import show_checklist
from ingest.translations import N_
from triage.keywords import NO_LETTER

if TYPE_CHECKING:
    from config.journal import Broker
    from config.settings import Settings
    from store.versions import Kind
    from triage.loading import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the checklist. `facts` says what was found; `failures` are rule tests that fail."""

    what: str
    facts: dict[str, Any]
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    failures: tuple[dict[str, Any], ...] = ()

    @property
    def good(self) -> bool:
        return not self.mistakes and not self.failures


@command(
    None,
    "check",
    help=N_("Check settings, channels, rules and the rules' own tests. Nothing is started or written."),
    example="balcao check -c /etc/balcao/balcao.yaml",
)
def check(shell: Shell) -> int:
    """Exit 2 for a mistake in a file, 1 when only rule tests fail."""
    findings = list(_findings(shell))
    mistakes = [mistake for finding in findings for mistake in finding.mistakes]
    if mistakes:
        warn(lines_of(ConfigError(mistakes)))
    shell.answer(_as_document(findings), lambda: show_checklist(findings))
    if mistakes:
        return UNUSABLE
    return 0 if all(finding.good for finding in findings) else WRONG


def mistakes_of_settings(shell: Shell) -> list[Mistake]:
    """All that keeps a daemon from starting, from every layer; broken rules do not."""
    return [mistake for finding in _findings(shell) if finding.what != "rules" for mistake in finding.mistakes]


def _findings(shell: Shell) -> Iterator[Finding]:
    """What cannot be looked at, because what leads to it is broken, is left out."""
    settings: Settings | None = None

    def read_settings() -> Finding:
        from ingest.otlp import check_extra  # noqa: PLC0415 - as below

        nonlocal settings
        settings = shell.settings
        check_extra(settings)
        return Finding(what="settings", facts={"file": str(shell.config_path)})

    yield _tried("settings", read_settings)
    if settings is None:
        # Without settings nothing names the rule file; the one beside them is the likeliest.
        yield from _channels_of_broken(shell.config_path)
        if (beside := shell.config_path.parent / "rules.yaml").exists():
            yield _tried("rules", partial(_rules, beside))
        return
    yield _tried("channels", partial(_channels, settings))
    yield _secrets(settings)
    yield from _broker(settings)
    yield from _databases(settings)
    yield _tried("letters", partial(_letters, settings))
    yield _tried("rules", partial(_rules, nearby(settings.rules_path), settings))


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except ConfigError as error:
        return Finding(what=what, facts={}, mistakes=error.mistakes)


def _channels(settings: "Settings") -> Finding:
    from ingest.wiring import build_channels  # noqa: PLC0415 - a mistake in the settings is told before this is imported

    built = build_channels(settings, reveal=partial(_secret, settings))
    weak = tuple(
        Mistake(settings.channels[name].place, weakness, {})
        for name, channel in built.items()
        for weakness in channel.weaknesses
    )
    return Finding(what="channels", facts={name: channel.kind for name, channel in built.items()}, warnings=weak)


def _channels_of_broken(path: Path) -> Iterator[Finding]:
    """The options of channels in a file whose other sections have mistakes; those are told already."""
    from config.channels import channel_blocks  # noqa: PLC0415 - as above
    from config.reading import read_file  # noqa: PLC0415 - as above
    from ingest.wiring import options_of  # noqa: PLC0415 - as above

    try:
        document = read_file(path)
        blocks = channel_blocks(document.get("channels") if isinstance(document, Mapping) else None)
    except ConfigError:
        return
    mistakes: list[Mistake] = []
    for block in blocks.values():
        try:
            options_of(block)
        except ConfigError as error:
            mistakes += error.mistakes
    kinds = {name: one.kind for name, one in blocks.items()}
    yield Finding(what="channels", facts=kinds, mistakes=tuple(mistakes))


def _secrets(settings: "Settings") -> Finding:
    mistakes: list[Mistake] = []
    from ingest.roads import open_roads  # noqa: PLC0415 - as above
    from ingest.wiring import site_tls  # noqa: PLC0415 - as above

    looks: tuple[Callable[[], object], ...] = (
        partial(_secret, settings, settings.token_key),
        lambda: settings.journal_url,
        lambda: settings.store_url,
        partial(site_tls, settings),
    )
    for look in looks:
        try:
            look()
        except ConfigError as error:
            mistakes += [mistake for mistake in error.mistakes if mistake not in mistakes]
    warnings = (*settings.secrets.exposed(settings.places), *open_roads(settings))
    return Finding(what="secrets", facts={}, mistakes=tuple(mistakes), warnings=warnings)


def _broker(settings: "Settings") -> Iterator[Finding]:
    """Its queues may be anybody's. What is wrong with its address is told by `_secrets`, as of the databases."""
    try:
        broker = settings.broker
    except ConfigError:
        return
    if broker is not None:
        yield _tried("journal", partial(_queues, settings, broker))


def _queues(settings: "Settings", broker: "Broker") -> Finding:
    from ingest.journals import examine_broker  # noqa: PLC0415 - as above

    warnings: tuple[Mistake, ...] = ()
    try:
        asyncio.run(examine_broker(settings, broker))
    except IntakeUnavailable as error:
        text = N_("RabbitMQ cannot be asked now: %(why)s")
        warnings = (Mistake(settings.journal_places["url"], text, {"why": error.detail or str(error)}),)
    return Finding(what="journal", facts={"queue": broker.queue}, warnings=warnings)


def _databases(settings: "Settings") -> Iterator[Finding]:
    """Those of a server, each asked once; a file is ours alone, and made by the first start."""
    from store.engines import is_shared  # noqa: PLC0415 - as above

    kept: dict[tuple[str, Position], list[Kind]] = {}
    homes: dict[Kind, Callable[[], tuple[str, Position]]] = {
        "journal": lambda: (settings.journal_url, settings.journal_place),
        "desk": lambda: (settings.store_url, settings.store_place),
    }
    for kind, home in homes.items():
        with suppress(ConfigError):
            url, place = home()
            if is_shared(url):
                kept.setdefault((url, place), []).append(kind)
    if kept:
        yield _tables(kept)


def _tables(kept: "dict[tuple[str, Position], list[Kind]]") -> Finding:
    from ingest.remedies import told_at  # noqa: PLC0415 - as above
    from store.database_check import examine  # noqa: PLC0415 - as above

    facts: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    warnings: list[Mistake] = []
    for (url, place), kinds in kept.items():
        try:
            with told_at(place):
                facts |= asyncio.run(examine(url, kinds))
        except ConfigError as error:
            mistakes += error.mistakes
        except SchemaTooNew as error:
            mistakes.append(Mistake(place, error.text, error.values))
        except StoreUnavailable as error:
            text = N_("PostgreSQL cannot be asked now: %(why)s")
            warnings.append(Mistake(place, text, {"why": error.detail or str(error)}))
    return Finding(what="databases", facts=facts, mistakes=tuple(mistakes), warnings=tuple(warnings))


def _letters(settings: "Settings") -> Finding:
    from ingest.wiring_work import read_templates  # noqa: PLC0415 - as above

    read_templates(settings)
    return Finding(what="letters", facts={})


def _rules(path: Path, settings: "Settings | None" = None) -> Finding:
    from ingest.payloads import facts_of_case  # noqa: PLC0415 - as above
    from ingest.rulesets import read_rules  # noqa: PLC0415 - as above
    from triage.selftest import run_tests  # noqa: PLC0415 - as above

    ruleset = read_rules(path)
    results = list(run_tests(ruleset, facts_of=facts_of_case))
    failures = tuple({"test": one.name, "reason": one.reason} for one in results if not one.passed)
    facts = {"file": str(path), "hash": ruleset.hash, "rules": len(ruleset.rules), "tests": len(results)}
    mistakes = (
        (*_unknown_letters(settings, ruleset.letters), *_unknown_calendars(settings, ruleset)) if settings else ()
    )
    return Finding(what="rules", facts=facts, failures=failures, mistakes=mistakes)


def _unknown_letters(settings: "Settings", chosen: Iterable[tuple[Position, str]]) -> Iterator[Mistake]:
    """The daemon would send the usual letter instead: right for a customer, and not what the rule says."""
    from ingest.wiring_work import read_templates  # noqa: PLC0415 - as above

    letters = read_templates(settings)
    known = letters.names(settings.language)
    for position, name in chosen:
        if name not in {*known, NO_LETTER}:
            text = N_("there are no letters called %(name)r; known are: %(known)s")
            yield Mistake(position, text, {"name": name, "known": ", ".join(known)})


def _unknown_calendars(settings: "Settings", ruleset: "RuleSet") -> Iterator[Mistake]:
    """Of channels that say when people are there; the daemon would say nothing about it."""
    for block in settings.channels.values():
        node = block.options.get("calendar") if block.enabled else None
        name = node.value if isinstance(node, Scalar) else None
        if node is not None and isinstance(name, str) and name not in ruleset.calendars:
            known = ", ".join(ruleset.calendars) or "-"
            text = N_("the rules have no calendar called %(name)r; known are: %(known)s")
            yield Mistake(node.position, text, {"name": name, "known": known})


def _secret(settings: "Settings", reference: str) -> str:
    """The secret, or a stand-in for one that the first start makes. Raises ConfigError for one that is missing."""
    try:
        return settings.secrets.reveal(reference)
    except ConfigError:
        target = settings.base / reference.removeprefix("file:")
        below_var = Path(os.path.realpath(target)).is_relative_to(os.path.realpath(settings.var_path))
        if reference.startswith("file:") and below_var and not os.path.lexists(target):
            return unused_secret(reference)
        raise


def _as_document(findings: list[Finding]) -> dict[str, Any]:
    return {
        "ok": all(finding.good for finding in findings),
        "checks": [{"what": one.what, "ok": one.good, **one.facts} for one in findings],
        "mistakes": mistakes_as_json([mistake for one in findings for mistake in one.mistakes]),
        "warnings": mistakes_as_json([mistake for one in findings for mistake in one.warnings]),
        "failed_tests": [failure for one in findings for failure in one.failures],
    }
