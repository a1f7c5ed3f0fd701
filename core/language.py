"""Which language a page speaks: what the person chose in the header, else the deployment's."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

KNOWN = dict(settings.LANGUAGES)


def language_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the language of the cookie, not the browser's guess: officials share machines."""

    def respond(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in KNOWN else settings.LANGUAGE_CODE
        before = translation.get_language()
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        response = get_response(request)
        if before and not response.streaming:  # what is streamed is written later, still in it
            translation.activate(before)
        response.headers.setdefault("Content-Language", language)
        return response

    return respond
