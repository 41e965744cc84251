"""The PSAs that can be connected, by the names of `ProviderKind`."""

from apps.psa.models import ProviderKind
from apps.psa.providers.base import Provider, Send
from apps.psa.providers.connectwise import ConnectWise
from apps.psa.providers.demo import Demo
from apps.psa.providers.request_tracker import RequestTracker

PROVIDERS: dict[str, type[Provider]] = {
    ProviderKind.CONNECTWISE: ConnectWise,
    ProviderKind.REQUEST_TRACKER: RequestTracker,
    ProviderKind.DEMO: Demo,
}

__all__ = ["PROVIDERS", "Provider", "Send"]
