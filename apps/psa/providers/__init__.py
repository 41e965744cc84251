"""The PSAs that can be connected, by the names of `ProviderKind`."""

from apps.psa.providers.base import Provider, Send

PROVIDERS: dict[str, type[Provider]] = {}

__all__ = ["PROVIDERS", "Provider", "Send"]
