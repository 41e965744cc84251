"""The engine: what redact promises, on any text."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.core.redaction import (
    IDENTIFIERS,
    POLICIES,
    SECRETS,
    Destination,
    Kind,
    RedactionError,
    engine,
    find,
    fingerprint,
    redact,
    redact_for,
)

KEY = b"a key of one session"
NOTE = "Logged in as KESTREL\\adm-quinn, password is Maple#4410x, from 10.20.30.40"

# Pieces that meet in every order, so that contexts form and break across values and placeholders.
PIECES = [
    *(
        "password",
        "pw",
        "pass",
        "is",
        ":",
        "=",
        "/",
        " ",
        " ",
        "\n",
        "-",
        ",",
        ".",
        '"',
        "'",
        "(",
        ")",
        "->",
        "to",
        "from",
    ),
    *(
        "Wi-Fi key",
        "community",
        "code",
        "backup codes",
        "token",
        "user",
        "username",
        "logged in with",
        "call",
        "as",
        "set to",
    ),
    *(
        "Winter2024!",
        "acme_ro",
        "kQ7x$wPz81",
        "123456",
        "4444 5555",
        "jquinn",
        "10.1.2.3",
        "fe80::1",
        "a4:2b:8c:01:9d:ee",
    ),
    *("ann@acme.com", "303-555-7705", "4111 1111 1111 1111", "536-22-8145", "ghp_0123456789abcdefghij", "ACME\\jdoe"),
    *(
        "[password removed]",
        "[user name removed]",
        "[removed]",
        "https://u:p4ss@h/",
        "Password=abc9;",
        "Uid=x;",
        "é",
        "\u00a0",
    ),
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.text(max_size=80))
spaced = st.lists(st.sampled_from(PIECES), max_size=16).map(" ".join)
masks = st.sampled_from([SECRETS, IDENTIFIERS, frozenset(Kind)])


@settings(max_examples=400, deadline=None)
@given(st.one_of(texts, spaced), masks)
def test_redact_twice_finds_nothing_new(text: str, masked: frozenset[Kind]) -> None:
    once = redact(text, masked)
    twice = redact(once.text, masked)
    assert twice.text == once.text
    assert not twice.findings


@settings(max_examples=200, deadline=None)
@given(st.one_of(texts, spaced), masks)
def test_redact_outside_findings_changes_nothing(text: str, masked: frozenset[Kind]) -> None:
    redacted = redact(text, masked)
    rest, position = redacted.text, 0
    for finding in redacted.findings:
        untouched = text[position : finding.start] + finding.placeholder()
        assert rest.startswith(untouched)
        rest, position = rest[len(untouched) :], finding.end
    assert rest == text[position:]


@settings(max_examples=200, deadline=None)
@given(st.one_of(texts, spaced))
def test_find_any_text_is_sorted_without_overlaps_and_names_its_values(text: str) -> None:
    findings = find(text)
    assert all(hit.value == text[hit.start : hit.end] != "" for hit in findings)
    assert all(first.end <= second.start for first, second in pairwise(findings))


@settings(max_examples=100, deadline=None)
@given(spaced)
@example("password \n https://u:p4ss@h/ 4111 1111 1111 1111")
def test_redact_restored_hit_stays_or_is_part_of_a_longer_one_and_stays_so(text: str) -> None:
    """Of two readings the longer one masks: a value let back in opens nothing that it stands in."""
    hits = redact(text, SECRETS).findings
    keep = {fingerprint(KEY, hit.kind, hit.value) for hit in hits[:1]}
    restored = redact(text, SECRETS, keep, key=KEY)
    shown = [restored.text, *(hit.value for hit in restored.findings)]
    assert all(any(hit.value in part for part in shown) for hit in hits[:1])
    assert redact(restored.text, SECRETS, keep, key=KEY).text == restored.text


def test_redact_note_for_psa_masks_secrets_and_leaves_identifiers() -> None:
    redacted = redact_for(Destination.PSA_NOTE, NOTE, key=KEY)
    assert redacted.text == "Logged in as KESTREL\\adm-quinn, password is [password removed], from 10.20.30.40"
    assert redacted.counts == {Kind.PASSWORD: 1}


@pytest.mark.parametrize(
    "destination", [Destination.CLIENT, Destination.PUBLIC_LINK, Destination.WEBHOOK, Destination.MAIL]
)
def test_redact_note_for_outsiders_masks_everything(destination: Destination) -> None:
    redacted = redact_for(destination, NOTE, key=KEY)
    assert (
        redacted.text == "Logged in as [user name removed], password is [password removed], from [IPv4 address removed]"
    )


def test_redact_for_ai_names_the_same_identifier_the_same() -> None:
    text = "10.20.30.40 pings 10.20.30.41, the password is Maple#4410x. Then 10.20.30.40 fails"
    redacted = redact_for(Destination.AI, text, key=KEY)
    words = redacted.text.replace("[IPv4 address ", "").split()
    assert words[0] == words[-2] != words[2].rstrip(",")
    assert "[password removed]" in redacted.text
    assert redact_for(Destination.AI, redacted.text, key=KEY).text == redacted.text
    assert redact_for(Destination.AI, text, key=b"another").text != redacted.text


def test_policies_every_destination_masks_all_secrets() -> None:
    assert set(POLICIES) == set(Destination)
    assert all(policy.masked >= SECRETS and not policy.pseudonyms & SECRETS for policy in POLICIES.values())


def test_tiers_every_kind_is_in_one() -> None:
    assert set(Kind) == SECRETS | IDENTIFIERS
    assert not SECRETS & IDENTIFIERS


def test_fingerprint_other_key_kind_or_value_differs() -> None:
    prints = {
        fingerprint(KEY, Kind.PASSWORD, "one"),
        fingerprint(KEY, Kind.PASSWORD, "two"),
        fingerprint(KEY, Kind.API_KEY, "one"),
        fingerprint(b"other", Kind.PASSWORD, "one"),
    }
    assert len(prints) == 4


def test_redact_known_secret_value_is_masked_wherever_it_stands() -> None:
    redacted = redact("Told her tulip and TULIP, typed tulip(again)", SECRETS, literals=["tulip", ""])
    assert redacted.text == "Told her [password removed] and TULIP, typed [password removed](again)"


def test_redact_broken_rule_raises_without_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_line: str) -> None:
        raise ValueError("Maple#4410x")

    monkeypatch.setattr(engine, "search_tokens", fail)
    with pytest.raises(RedactionError) as caught:
        redact(f"{NOTE}, never searched before", SECRETS)
    assert "Maple" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_finding_shown_in_a_log_hides_its_value() -> None:
    assert "Maple#4410x" not in repr(find(NOTE))


def test_redact_typographic_text_keeps_its_characters() -> None:
    redacted = redact("password\u00a0is\u00a0“Maple\u20114410” – don’t tell", SECRETS)
    assert redacted.text == "password\u00a0is\u00a0“[password removed]” – don’t tell"


def test_find_name_of_a_field_stands_for_its_value() -> None:
    assert find("Key is {{vpn_key}}, password: {{ admin_password }}") == []


def test_find_in_a_line_searched_before_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_SEARCHED_AT_MOST", 2)
    text = f"Restarted the spooler\n{NOTE}\nPrinted a test page\nTold the user"
    assert find(text) == find(text) == find(text)
    assert len(engine._SEARCHED) <= 2


def test_redact_known_secret_value_in_a_line_searched_before_is_masked() -> None:
    assert find("Typed tulip there") == []
    assert redact("Typed tulip there", SECRETS, literals=["tulip"]).text == "Typed [password removed] there"


URL = "scan to ftp://gpatel:xFNkJKO2D@198.212.165.88/in"


def test_find_connection_lists_its_secret_alone() -> None:
    assert [hit.value for hit in find(URL)] == ["xFNkJKO2D"]
    assert [hit.value for hit in find("Server=10.4.4.7;User Id=gpatel;Password=Tk81xx;")] == ["Tk81xx"]
    assert [hit.value for hit in find(f"{URL} from 198.212.165.90")] == ["xFNkJKO2D", "198.212.165.90"]


def test_redact_connection_masks_user_and_address_where_identifiers_stay_inside() -> None:
    assert redact(URL, SECRETS).text == "scan to ftp://gpatel:[URL credentials removed]@198.212.165.88/in"
    masked = "scan to ftp://[user name removed]:[URL credentials removed]@[IPv4 address removed]/in"
    assert redact_for(Destination.CLIENT, URL, key=KEY).text == masked
