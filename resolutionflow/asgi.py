import os
import warnings

from django.core.asgi import get_asgi_application

from apps.core.garbage import collect_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resolutionflow.settings")
os.environ.setdefault("RF_DATABASE_POOL", "10")
# WhiteNoise hands over small files whole; the advice is for long streams.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
application = get_asgi_application()
collect_rarely()
