"""The figures redaction is held to, on our own labelled sentences and on others'."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.core.redaction import IDENTIFIERS, SECRETS, Kind
from apps.core.redaction.evaluation import HOSTNAME, Evaluation, Sample, Span, evaluate, read_samples, report

OWN = Path(__file__).parent / "data" / "redaction.jsonl"
SHARED = Path(settings.BASE_DIR).parent / "shared" / "redaction-samples.jsonl.gz"


def assert_figures(result: Evaluation) -> None:
    weak = [kind for kind in SECRETS if result.labelled[kind] >= 20 and result.recall([kind]) < 0.90]
    assert not weak
    assert result.recall(SECRETS) >= 0.97
    assert result.recall(IDENTIFIERS) >= 0.96
    assert result.precision >= 0.95
    assert result.false_alarms <= 0.03
    assert result.milliseconds <= 2


def test_figures_on_our_own_sentences_are_reached() -> None:
    samples = list(read_samples(OWN))
    assert_figures(evaluate(samples))


def test_own_sentences_hold_thirty_of_each_kind_and_150_hard_negatives() -> None:
    samples = list(read_samples(OWN))
    labels = [span.type for sample in samples for span in sample.spans]
    assert {kind: labels.count(kind) for kind in (*Kind, HOSTNAME) if labels.count(kind) < 30} == {}
    assert sum(not sample.spans for sample in samples) >= 150


@pytest.mark.skipif(not SHARED.exists(), reason="the development sample beside the project folder is missing")
def test_figures_on_the_development_sample_are_reached() -> None:
    assert_figures(evaluate(read_samples(SHARED)))


def sample(text: str, *spans: tuple[int, int, str]) -> Sample:
    return Sample("s", text, tuple(Span(*span) for span in spans))


def test_evaluate_partly_masked_span_counts_as_missed() -> None:
    result = evaluate([sample("password is Maple#4410x now", (9, 23, "PASSWORD"))])
    assert result.recall([Kind.PASSWORD]) == 0
    assert result.precision == 1


def test_evaluate_secret_masked_as_identifier_counts_as_missed() -> None:
    assert evaluate([sample("mail ann@acme.com", (5, 17, "PASSWORD"))]).recall(SECRETS) == 0


def test_evaluate_host_name_masked_counts_as_false_alarm_and_never_as_recall() -> None:
    result = evaluate([sample("mail ann@acme.com", (5, 17, HOSTNAME)), sample("PC-LAB-02 is off", (0, 9, HOSTNAME))])
    assert (result.false_alarms, result.precision, result.labelled.total()) == (0.5, 0, 0)


def test_report_with_details_names_the_miss_and_the_false_alarm() -> None:
    result = evaluate([sample("it was zyxwv", (7, 12, "PASSWORD")), sample("ann@acme.com")])
    assert "zyxwv" not in report(result)
    assert "missed PASSWORD 'zyxwv'" in report(result, details=True)
    assert "wrong EMAIL 'ann@acme.com'" in report(result, details=True)


def test_evaluate_redaction_command_prints_the_figures(tmp_path: Path) -> None:
    row = {"id": "1", "text": "mail ann@acme.com", "spans": [{"start": 5, "end": 17, "type": "EMAIL"}]}
    (tmp_path / "set.jsonl").write_text(json.dumps(row) + "\n")
    out = StringIO()
    call_command("evaluate_redaction", str(tmp_path / "set.jsonl"), stdout=out)
    assert "identifiers          recall 1.000" in out.getvalue()
    assert "precision            1.000  of 1 findings" in out.getvalue()


def test_evaluate_redaction_command_without_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be read"):
        call_command("evaluate_redaction", str(tmp_path / "none.jsonl"))
