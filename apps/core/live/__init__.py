"""Live events: what changed is told to the open pages it concerns, the moment the change commits.

An event is a signal: a name and ids. The page fetches what it shows, and permission is checked where that renders.
`publish` writes the event beside the change; PostgreSQL tells every web process when it commits (`bus`), and
django-eventstream hands it to the open pages there (`eventstream`).
"""

from apps.core.live.channels import team_channel, user_channel
from apps.core.live.store import cut_streams, publish, trim_events

__all__ = ["cut_streams", "publish", "team_channel", "trim_events", "user_channel"]
