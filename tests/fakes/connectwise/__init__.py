"""A ConnectWise Manage on this machine that keeps what it is told, and fails as it is told to."""

from tests.fakes.connectwise.server import Fault, connectwise

__all__ = ["Fault", "connectwise"]
