"""Suggestions that have been tried: each is put into the present rule files, loaded, tested and weighed there.

    suggestion ─▶ YAML ─▶ read ─▶ at its place among the present rules ─▶ loads? all tests pass? ─▶ weighed ─▶ Proposal
                                                                             └─▶ no: not proposed

A person may take all of them: each is also tried together with those proposed before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from config.reading import read
from domain.document import Mapping as MappingNode
from domain.document import Node
from domain.document import Sequence as SequenceNode
from domain.errors import ConfigError
from domain.past import Past
from ingest.payloads import facts_of_case
from ingest.rulefiles import Look, RuleFile, Use
from ingest.rulesets import load_files
from triage.engine import judge
from triage.proposals import EXAMPLES, Example, case_lines, examples, rule_lines, rule_name
from triage.rules import Case, Rule, RuleSet
from triage.selftest import run_tests
from triage.suggest import Seen, Suggestion, by_number, senders, suggest, weigh

OWN = "suggestion"
"""What the added text is called as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`rule` is the name of the rule, `yaml` what is to be pasted: items of `rules` and of `tests`."""

    suggestion: Suggestion
    rule: str
    yaml: str


@dataclass(slots=True)
class Trial:
    """The present rule files, and what has been proposed so far."""

    look: Look
    ruleset: RuleSet
    pasts: Sequence[Past]
    support: int
    _taken: list[tuple[Suggestion, str]] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def proposals(self, limit: int) -> list[Proposal]:
        """The best first, in the order in which they were found likely."""
        self._names = {rule.name for rule in self.ruleset.rules}
        tickets = [Seen(past=past, now=judge(self.ruleset, past.facts)) for past in self.pasts]
        known = by_number(tickets)
        found = (self._proposal(one, known) for one in suggest(tickets, self.ruleset, support=self.support))
        return list(islice((one for one in found if one is not None), limit))

    def _proposal(self, suggestion: Suggestion, tickets: Mapping[int, Seen]) -> Proposal | None:
        name = rule_name(suggestion, self._names)
        alone = self._loaded([(suggestion, self._yaml(suggestion, name, ()))])
        if alone is None or not _passes(alone):
            return None
        weighed = weigh(suggestion, name, alone, tickets)
        gained = weighed.fixed or weighed.open
        if not weighed.is_good or senders(gained, tickets) < self.support:
            return None
        chosen = self._examples(weighed, name, alone, [tickets[number] for number in gained])
        yaml = self._yaml(weighed, name, chosen)
        together = self._loaded([*self._taken, (weighed, yaml)])
        if not chosen or together is None or not _passes(together):
            return None
        self._taken.append((weighed, yaml))
        self._names.add(name)
        return Proposal(suggestion=weighed, rule=name, yaml=yaml)

    def _examples(
        self, suggestion: Suggestion, name: str, ruleset: RuleSet, gained: Sequence[Seen]
    ) -> tuple[Example, ...]:
        """Those that the rule decides also without the rest of the message."""

        def decides(example: Example) -> bool:
            facts = replace(gained[0].past.facts, subject="", text=example.text)
            decision = judge(ruleset, facts).fields[suggestion.field]
            return decision.rule == name and decision.value == suggestion.value

        return tuple(islice(filter(decides, examples(suggestion, gained)), EXAMPLES))

    def _yaml(self, suggestion: Suggestion, name: str, chosen: Sequence[Example]) -> str:
        """Indented as the present file is."""
        lines = ["rules:", *rule_lines(suggestion, name, _indent(self.ruleset.rules))]
        if chosen:
            lines += ["tests:", *case_lines(suggestion, name, chosen, _indent(self.ruleset.tests))]
        return "".join(f"{line}\n" for line in lines)

    def _loaded(self, added: Sequence[tuple[Suggestion, str]]) -> RuleSet | None:
        files, documents = list(self.look.files), list(self.look.documents)
        try:
            for number, (suggestion, yaml) in enumerate(added):
                name = f"{OWN} {number}"
                block = read(yaml, name)
                if suggestion.above is not None:
                    documents = [_above(document, suggestion.above, block) for document in documents]
                    block = _without_rules(block)
                files.append(RuleFile(name=name, below=name, text=yaml, use=Use.RULES))
                documents.append(block)
            return load_files(files, documents)
        except ConfigError:
            return None


def _passes(ruleset: RuleSet) -> bool:
    return all(result.passed for result in run_tests(ruleset, facts_of=facts_of_case))


def _indent(items: Sequence[Rule] | Sequence[Case]) -> int:
    """How far the dash stands before such items: two before what it begins."""
    return max(items[0].position.column - 3, 0) if items else 2


def _above(document: Node, rule: str, block: Node) -> Node:
    """`document` with the rules of `block` before the rule of that name, if it is there."""
    if not isinstance(document, MappingNode):
        return document
    entries = tuple(
        (key, replace(node, items=tuple(_spliced(node.items, rule, block))))
        if key.value == "rules" and isinstance(node, SequenceNode)
        else (key, node)
        for key, node in document.entries
    )
    return replace(document, entries=entries)


def _spliced(items: Sequence[Node], rule: str, block: Node) -> Iterator[Node]:
    for item in items:
        name = item.get("name") if isinstance(item, MappingNode) else None
        if name is not None and getattr(name, "value", None) == rule:
            yield from _rules_of(block)
        yield item


def _rules_of(block: Node) -> Sequence[Node]:
    rules = block.get("rules") if isinstance(block, MappingNode) else None
    return rules.items if isinstance(rules, SequenceNode) else ()


def _without_rules(block: Node) -> Node:
    assert isinstance(block, MappingNode)  # it was written here
    return replace(block, entries=tuple(entry for entry in block.entries if entry[0].value != "rules"))
