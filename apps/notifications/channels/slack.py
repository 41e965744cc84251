"""Slack, by an incoming webhook: Block Kit, with a text for notifications and old clients.

What people wrote stands in plain_text, where Slack reads no markup and no mentions. The text beside the blocks is
always read as markup, so it is escaped.
"""

from apps.core.egress import Answer
from apps.notifications.channels.post import LONGEST_BODY, LONGEST_TITLE, OPEN, Style, Texts, calm

_GONE = "Slack does not know the webhook any more. Make a new one and enter it here."
_HINTS = {
    "no_service": _GONE,
    "no_service_id": _GONE,
    "no_team": _GONE,
    "no_active_hooks": _GONE,
    "invalid_token": _GONE,
    "channel_is_archived": "The channel is archived in Slack. Make a webhook for another one.",
    "channel_not_found": "The channel is gone in Slack. Make a webhook for another one.",
    "action_prohibited": "An administrator of your Slack workspace does not allow posts by webhook.",
    "posting_to_general_channel_denied": "Slack does not allow this webhook to post to #general.",
}


def message(texts: Texts, url: str) -> dict[str, object]:
    title, body = calm(texts["title"], LONGEST_TITLE), calm(texts["body"], LONGEST_BODY)
    blocks = [
        {"type": "header", "text": _plain(title)},
        *([{"type": "section", "text": _plain(body)}] if body.strip() else []),
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<{url}|{OPEN}>", "verbatim": True}},
        {"type": "context", "elements": [_plain(texts["kind"])]},
    ]
    fallback = escape(f"{title}: {body}" if body.strip() else title)
    return {"text": fallback, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": blocks}


def escape(text: str) -> str:
    """Slack's three signs of control; `<!channel>` and links need them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def problem(answer: Answer) -> str | None:
    """Slack says "ok" and nothing else when it took the post."""
    return None if answer.text.strip() == "ok" else "Slack did not confirm the post."


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


STYLE = Style(message, problem, _HINTS)
