from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.core.permissions import public
from apps.psa.callbacks import connection_of, keep_call

LONGEST = 256 * 1024  # bytes of a call


@csrf_exempt
@public("a PSA calls it; what it says is kept, and done only if the PSA signed it")
@require_POST
def called_back(request: HttpRequest, token: str) -> HttpResponse:
    connection = connection_of(token)
    if connection is None:
        raise Http404
    if len(request.body) > LONGEST:
        return HttpResponse(status=413)
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        return HttpResponse(status=400)
    keep_call(connection, body, request.headers.get("x-content-signature", ""))
    return HttpResponse(status=204)
