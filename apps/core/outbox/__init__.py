"""The outbox: what is to happen outside, or later, is a row that commits with the change that caused it.

A handler stands in an app's handlers.py, marked with `@on(topic, …)`; `emit(topic, …)` writes one row per handler of
the topic and wakes a worker. The row is the truth: a worker takes whatever row is due, so a lost wake-up costs time
and nothing else.
"""

from apps.core.outbox.lease import LeaseLost, mark_sent
from apps.core.outbox.queue import emit
from apps.core.outbox.registry import Busy, Doubt, Dropped, Failed, Handler, Later, on

__all__ = ["Busy", "Doubt", "Dropped", "Failed", "Handler", "Later", "LeaseLost", "emit", "mark_sent", "on"]
