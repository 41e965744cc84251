"""Measures redaction on labelled sentences."""

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apps.core.redaction.engine import find
from apps.core.redaction.kinds import IDENTIFIERS, SECRETS, Finding, Kind

HOSTNAME = "HOSTNAME"  # labelled in the data, never masked: a false alarm when it is


@dataclass(frozen=True)
class Span:
    """A labelled value; end exclusive."""

    start: int
    end: int
    type: str


@dataclass(frozen=True)
class Sample:
    """A sentence with its labels; a hard negative has none."""

    id: str
    text: str
    spans: tuple[Span, ...]


@dataclass
class Evaluation:
    """Figures over a set. Recall counts a span only when each of its characters is masked by a finding of its tier."""

    labelled: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    findings: int = 0
    right_findings: int = 0
    negatives: int = 0
    alarms: int = 0
    texts: int = 0
    seconds: float = 0.0
    missed: list[tuple[Sample, Span]] = field(default_factory=list)
    wrong: list[tuple[Sample, Finding]] = field(default_factory=list)

    def recall(self, kinds: Iterable[str]) -> float:
        kinds = list(kinds)
        return _share(sum(self.masked[kind] for kind in kinds), sum(self.labelled[kind] for kind in kinds))

    @property
    def precision(self) -> float:
        return _share(self.right_findings, self.findings)

    @property
    def false_alarms(self) -> float:
        """The share of sentences without anything to mask in which something was."""
        return self.alarms / self.negatives if self.negatives else 0.0

    @property
    def milliseconds(self) -> float:
        return 1000 * self.seconds / self.texts if self.texts else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def read_samples(path: Path) -> Iterator[Sample]:
    """Samples of a JSON Lines file (id, text, spans [{start, end, type}]), gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                row = json.loads(line)
                yield Sample(row["id"], row["text"], tuple(Span(**span) for span in row["spans"]))


def evaluate(samples: Iterable[Sample]) -> Evaluation:
    result = Evaluation()
    for sample in samples:
        started = time.process_time()
        findings = find(sample.text)
        result.seconds += time.process_time() - started
        _count(result, sample, findings)
    return result


def _count(result: Evaluation, sample: Sample, findings: list[Finding]) -> None:
    spans = [span for span in sample.spans if span.type != HOSTNAME]
    wrong = [hit for hit in findings if not any(_overlap(hit, span) for span in spans)]
    missed = [span for span in spans if not _is_masked(span, findings)]
    result.texts += 1
    result.labelled.update(span.type for span in spans)
    result.masked.update(span.type for span in spans if span not in missed)
    result.findings += len(findings)
    result.right_findings += len(findings) - len(wrong)
    result.negatives += not spans
    result.alarms += not spans and bool(findings)
    result.missed += [(sample, span) for span in missed]
    result.wrong += [(sample, hit) for hit in wrong]


def _overlap(finding: Finding, span: Span) -> bool:
    return finding.start < span.end and span.start < finding.end


def _is_masked(span: Span, findings: list[Finding]) -> bool:
    """A secret must be masked as a secret: where only secrets are masked, an identifier would stay."""
    tier = SECRETS if Kind(span.type) in SECRETS else frozenset(Kind)
    hits = [hit for hit in findings if hit.kind in tier and _overlap(hit, span)]
    return set(range(span.start, span.end)) <= {place for hit in hits for place in range(hit.start, hit.end)}


def report(result: Evaluation, *, details: bool = False) -> str:
    """The figures as lines of text; with `details` also each miss and false alarm, values included."""
    lines = [f"{kind:<20} recall {result.recall([kind]):.3f}  of {result.labelled[kind]}" for kind in Kind]
    lines += [
        f"{'secrets':<20} recall {result.recall(SECRETS):.3f}",
        f"{'identifiers':<20} recall {result.recall(IDENTIFIERS):.3f}",
        f"{'precision':<20} {result.precision:.3f}  of {result.findings} findings",
        f"{'false alarms':<20} {result.false_alarms:.3f}  of {result.negatives} hard negatives",
        f"{'ms per text':<20} {result.milliseconds:.2f}  of {result.texts} texts",
    ]
    if details:
        lines += [
            f"missed {span.type} {sample.text[span.start : span.end]!r} in {sample.text!r}"
            for sample, span in result.missed
        ]
        lines += [f"wrong {hit.kind} {hit.value!r} in {sample.text!r}" for sample, hit in result.wrong]
    return "\n".join(lines)
