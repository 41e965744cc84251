"""Microsoft Teams, by the webhook of a Workflow: a message with an Adaptive Card.

What people wrote stands in text runs, which know no markup; a mention would need an entity of its own. The cards of
the older Office 365 connectors are not written any more: Microsoft has retired them.
"""

import json
from contextlib import suppress

from apps.core.egress import Answer
from apps.notifications.channels.post import LONGEST_BODY, LONGEST_TITLE, OPEN, Style, Texts, calm

_HINTS = {
    "workflownotfound": "The workflow is gone in Teams. Make a new one and enter its webhook here.",
    "directapiauthorizationrequired": "The workflow asks for a sign-in. Allow anyone to trigger it, or make a new one.",
    "workflowtriggerisnotenabled": "The workflow is switched off in Teams. Switch it on there.",
}


def message(texts: Texts, url: str) -> dict[str, object]:
    title, body = calm(texts["title"], LONGEST_TITLE), calm(texts["body"], LONGEST_BODY)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": title,
        "body": [
            _text(title, size="Medium", weight="Bolder"),
            *([_text(body)] if body.strip() else []),
            _text(texts["kind"], size="Small", isSubtle=True),
        ],
        "actions": [{"type": "Action.OpenUrl", "title": OPEN, "url": url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "summary": title, "attachments": [attachment]}


def problem(answer: Answer) -> str | None:
    """An empty answer, a 1, or JSON that tells of no error; anything else is a failure, whatever its status says."""
    said = answer.text.strip()
    if said in ("", "1"):
        return None
    with suppress(ValueError):
        found = json.loads(said)
        if isinstance(found, dict) and not found.get("error"):
            return None
    return "Teams took the post and did not deliver it."


def _text(text: str, **look: object) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


STYLE = Style(message, problem, _HINTS)
