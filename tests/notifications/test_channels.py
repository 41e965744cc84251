"""How a notice reads in each medium, whatever people wrote."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.egress import Answer
from apps.notifications.channels import slack, teams
from apps.notifications.channels.email import mail_of
from apps.notifications.channels.post import calm, quote
from apps.notifications.models import Delivery

URL = "https://flow.example.com/pilot/7/"
TEXTS = {
    "title": "Priya Shah needs a senior",
    "body": "Alder Legal.\nOutgoing mail stays.",
    "kind": "A session needs help",
}
NASTY = st.text(st.sampled_from("<>&!@*_~`|[]()#\n channelhereveryotam"), max_size=60) | st.sampled_from(
    ["<!channel>", "<!here|x>", "@everyone", "@channel", "<@U123>", "<https://evil.example|click>", "&lt;!channel&gt;"]
)


def answer(text: str, status: int = 200) -> Answer:
    return Answer(status, {}, text.encode())


def leaves(part: Any) -> list[dict[str, Any]]:
    """Every text object of Slack, and every run of Teams."""
    if isinstance(part, dict):
        mine = [part] if isinstance(part.get("text"), str) and "type" in part else []
        return mine + [leaf for value in part.values() for leaf in leaves(value)]
    return [leaf for value in part for leaf in leaves(value)] if isinstance(part, list) else []


def test_slack_message_has_blocks_and_a_text_beside_them() -> None:
    found = slack.message(TEXTS, URL)
    assert found["text"] == "Priya Shah needs a senior: Alder Legal.\nOutgoing mail stays."
    assert [block["type"] for block in found["blocks"]] == ["header", "section", "section", "context"]
    assert found["blocks"][2]["text"]["text"] == f"<{URL}|Open in ResolutionFlow>"


def test_slack_message_without_a_body_has_no_empty_block() -> None:
    found = slack.message({**TEXTS, "body": ""}, URL)
    assert [block["type"] for block in found["blocks"]] == ["header", "section", "context"]
    assert found["text"] == TEXTS["title"]


@given(NASTY, NASTY)
def test_slack_reads_no_markup_and_no_mention_in_what_people_wrote(title: str, body: str) -> None:
    found = slack.message({"title": title, "body": body, "kind": "x"}, URL)
    marked = [leaf["text"] for leaf in leaves(found["blocks"]) if leaf["type"] == "mrkdwn"]
    assert marked == [f"<{URL}|Open in ResolutionFlow>"]
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)|@(channel|here|everyone)", found["text"], re.IGNORECASE)
    assert found["mrkdwn"] is False


@given(NASTY)
def test_slack_escape_loses_nothing(text: str) -> None:
    shown = slack.escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == text


def test_teams_message_is_an_adaptive_card() -> None:
    found = teams.message(TEXTS, URL)
    (attachment,) = found["attachments"]
    assert (found["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [run["text"] for run in leaves(card["body"])] == [TEXTS["title"], TEXTS["body"], TEXTS["kind"]]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in ResolutionFlow", "url": URL}]


@given(NASTY, NASTY)
def test_teams_reads_no_markup_and_no_mention_in_what_people_wrote(title: str, body: str) -> None:
    card = teams.message({"title": title, "body": body, "kind": "x"}, URL)["attachments"][0]["content"]
    assert {leaf["type"] for leaf in leaves(card["body"])} == {"TextRun"}
    assert "msteams" not in card
    assert not re.search(r"@(channel|here|everyone|team)", json.dumps(card), re.IGNORECASE)


@pytest.mark.parametrize("style", [slack.STYLE, teams.STYLE])
def test_long_texts_are_cut_to_what_the_medium_takes(style: Any) -> None:
    found = style.write({"title": "t" * 1000, "body": "b" * 100_000, "kind": "x"}, url=URL)
    assert len(json.dumps(found)) < 20_000
    assert max(len(leaf["text"]) for leaf in leaves(found)) <= 3000
    if style is slack.STYLE:
        assert len(found["blocks"][0]["text"]["text"]) == 150


@pytest.mark.parametrize("text", ["@channel", "@Here now", "hey @everyone", "@team", "@all"])
def test_calm_text_calls_nobody(text: str) -> None:
    assert not re.search(r"@\w", calm(text, 99))
    assert calm(text, 99).replace("\u200b", "") == text


@pytest.mark.parametrize("text", ["ada@client.example", "@allen", "mail me @ 5"])
def test_calm_leaves_other_texts_alone(text: str) -> None:
    assert calm(text, 99) == text


@pytest.mark.parametrize(("text", "arrived"), [("ok", True), ("ok\n", True), ("", False), ("<html>ok</html>", False)])
def test_slack_confirms_with_ok_and_nothing_else(text: str, arrived: bool) -> None:
    assert (slack.problem(answer(text)) is None) is arrived


@pytest.mark.parametrize(
    ("text", "arrived"),
    [
        *(("", True), ("1", True), ("{}", True), ('{"id": "x"}', True)),
        ('{"error": {"code": "WorkflowTriggerIsNotEnabled"}}', False),
        ("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429", False),
        *(("<html>Sign in</html>", False), ("[]", False), ("{", False)),
    ],
)
def test_teams_answer_is_read_whatever_its_status_says(text: str, arrived: bool) -> None:
    assert (teams.problem(answer(text, 202)) is None) is arrived


def test_quoted_answer_gives_the_webhook_not_away() -> None:
    webhook = "https://hooks.slack.com/services/T0/B0/abcdef"
    found = quote(answer(f"No such hook:\n {webhook} " + "x" * 500), webhook)
    assert "abcdef" not in found
    assert len(found) == 160


@pytest.mark.parametrize("words", ["Cannot POST /services/T0/B0/abcdef?sig=s3cret", "No hook abcdef", "sig s3cret"])
def test_quoted_answer_gives_no_part_of_the_webhook_away(words: str) -> None:
    found = quote(answer(words), "https://hooks.example.com/services/T0/B0/abcdef?sig=s3cret")
    assert "abcdef" not in found
    assert "s3cret" not in found


DELIVERY = Delivery(
    pk=5, title="Session <woke> up", body="Line 1\nLine <b>2</b>", url="/pilot/7/", notice="session.woke"
)


def test_mail_links_to_the_page_and_to_the_preferences() -> None:
    mail = mail_of(DELIVERY, "ada@msp.example", "mail.written:delivery:5:h")
    letter = mail.write(mail.texts)
    assert letter.subject == "Session <woke> up"
    for text in (letter.text, letter.html):
        assert "http://localhost:8000/pilot/7/" in text
        assert "http://localhost:8000/notifications/preferences/" in text
    assert mail.headers == {"List-Unsubscribe": "<http://localhost:8000/notifications/preferences/>"}


def test_mail_shows_signs_as_they_were_typed_in_both_forms() -> None:
    mail = mail_of(DELIVERY, "ada@msp.example", "k")
    letter = mail.write(mail.texts)
    assert "Line <b>2</b>" in letter.text
    assert "Line &lt;b&gt;2&lt;/b&gt;" in letter.html


def test_mail_asks_for_nothing_from_elsewhere() -> None:
    mail = mail_of(DELIVERY, "ada@msp.example", "k")
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import", mail.write(mail.texts).html)
