"""What judging one message costs, and how that depends on the number of patterns.

    python -m benchmarks.triage

One JSON line per figure. `load_and_test` is what a reload costs: 1,000 rules read, compiled and tried by 1,000 tests
of their own, each of 200 characters.

Messages are 2 kB of Portuguese-like text: words by Zipf's law from a vocabulary of 8,000, one in twenty never
seen before. One pattern in ten is an expression, two in ten are phrases, the rest words; a rule holds four
patterns. `ratio` compares, in the same run, with folding and searching the same patterns one by one with `re`
(measured on few messages, for it is slow). CPU time, so neighbours do not count.
"""

import json
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from config.reading import read
from domain.facts import Facts
from triage.engine import judge
from triage.folding import fold
from triage.loading import load
from triage.rules import RuleSet
from triage.selftest import run_tests

SIZE = 2_000
MESSAGES = 300
ROUNDS = 5
LETTERS = "aeioubcdfglmnprstv"
NOW = datetime(2026, 1, 5, tzinfo=UTC)

chance = random.Random(20260105)


def word(least: int = 2, most: int = 10) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(least, most)))


VOCABULARY = [word() for _ in range(8_000)]
WEIGHTS = [1 / (rank + 1) for rank in range(len(VOCABULARY))]


def message(patterns: list[str]) -> str:
    words = chance.choices(VOCABULARY, WEIGHTS, k=300) + [word(4, 10) for _ in range(15)]
    words += [pattern for pattern in chance.sample(patterns, 3) if not pattern.startswith("/")]
    chance.shuffle(words)
    return " ".join(words).replace("ao", "ão")[:SIZE]


def pattern(number: int) -> str:
    if number % 10 == 0:
        return chance.choice([rf"/{word(4, 8)} \d+/", f"/{word(4, 8)}(s|es)?/", f"/({word(4)}|{word(4)}) {word(3)}/"])
    if number % 10 in (1, 2):
        return f"{chance.choice(VOCABULARY)} {word(4)}"
    return word(5, 11)


def rule_file(patterns: list[str]) -> str:
    lines = ["version: 1", "departments: {a: A, b: B}", "default: {department: a, priority: Baixa}", "rules:"]
    for index in range(0, len(patterns), 4):
        words = ", ".join(json.dumps(each) for each in patterns[index : index + 4])
        lines += [f"  - name: r{index}", f"    when: {{words: [{words}]}}", "    set: {department: b, priority: Alta}"]
    return "\n".join(lines)


def microseconds(work: Callable[[str], object], texts: list[str], warm_up: int = 1) -> float:
    """CPU time per text: the best of a few rounds after one to warm up, for the machine has other work too."""
    rounds = []
    for _ in range(ROUNDS if warm_up else 1):
        begin = time.process_time()
        for text in texts:
            work(text)
        rounds.append(time.process_time() - begin)
    return min(rounds[warm_up:]) / len(texts) * 1e6


def judge_text(rules: RuleSet) -> Callable[[str], object]:
    def work(text: str) -> object:
        return judge(rules, Facts(channel="email", medium="mail", occurred_at=NOW, subject=text[:60], text=text))

    return work


def show(figure: str, **values: object) -> None:
    print(json.dumps({"figure": figure, **values}), flush=True)


def one_by_one(patterns: list[str]) -> Callable[[str], object]:
    compiled = [
        re.compile(each[1:-1] if each.startswith("/") else rf"(?<!\w){re.escape(each)}(?!\w)") for each in patterns
    ]
    return lambda text: [each for each in compiled if each.search(text)]


def measure(count: int) -> None:
    patterns = [pattern(number) for number in range(count)]
    text = rule_file(patterns)
    tree = read(text, "bench.yaml")
    begin = time.process_time()
    rules = load(tree, text)
    show("load", patterns=count, rules=len(rules.rules), seconds=round(time.process_time() - begin, 3))
    texts = [message(patterns) for _ in range(MESSAGES)]
    mine = microseconds(judge_text(rules), texts)
    theirs = microseconds(one_by_one(patterns), texts[: max(2, 1_000 // count)])
    show("triage", patterns=count, microseconds=round(mine, 1), ratio_to_re=round(mine / theirs, 5))
    unseen = [" ".join(word(2, 10) for _ in range(320))[:SIZE] for _ in range(100)]
    cost = microseconds(judge_text(rules), unseen, warm_up=0)
    show("triage_unseen_words", patterns=count, microseconds=round(cost, 1))


def reload(count: int) -> None:
    """Rules of four patterns each, and a test for each that expects its rule to have decided."""
    words = [f"{word(5, 9)}{number}" for number in range(count)]
    lines = ["version: 1", "departments: {a: A, b: B}", "default: {department: a, priority: Baixa}", "rules:"]
    for each in words:
        own = f"[{each}, {each} {word(3)}, '{word(5)}{each}*', '/{each}{word(3)} [0-9]+/']"
        lines += [f"  - name: {each}", f"    when: {{words: {own}}}", "    set: {department: b, priority: Alta}"]
    lines.append("tests:")
    for each in words:
        text = " ".join(chance.choices(VOCABULARY, WEIGHTS, k=40))[:200]
        lines += [f"  - name: {each}", f'    given: {{text: "{text} {each}"}}', "    expect: {department: b}"]
    content = "\n".join(lines)
    begin = time.process_time()
    rules = load(read(content, "bench.yaml"), content)
    loaded = time.process_time()
    passed = sum(result.passed for result in run_tests(rules))
    spent = time.process_time()
    show(
        "load_and_test", rules=count, passed=passed,
        load=round(loaded - begin, 3), test=round(spent - loaded, 3), seconds=round(spent - begin, 3),
    )  # fmt: skip


def main() -> None:
    latin = [message(["x"] * 3) for _ in range(MESSAGES)]
    for name, texts in (("ascii", [text.encode("ascii", "ignore").decode() for text in latin]), ("latin", latin)):
        show("fold", text=name, microseconds=round(microseconds(fold, texts), 1))
    content = (Path(__file__).parent.parent / "config" / "rules.yaml").read_text(encoding="utf-8")
    rules = load(read(content, "rules.yaml"), content)
    cost = microseconds(judge_text(rules), latin)
    show("triage_shipped", patterns=len(rules.eyes.patterns), microseconds=round(cost, 1))
    reload(1_000)
    for count in (100, 1_000, 10_000):
        measure(count)


if __name__ == "__main__":
    main()
