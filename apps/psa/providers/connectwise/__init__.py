"""ConnectWise Manage."""

from apps.psa.providers.connectwise.provider import ConnectWise

__all__ = ["ConnectWise"]
