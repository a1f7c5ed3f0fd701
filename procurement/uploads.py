"""Uploads of bids stay in memory: Django would put larger ones into a temporary file, in clear."""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters


class HeldInMemory(FileUploadHandler):
    """Hold a file in memory, up to what a bid may hold; drop what is larger while it comes."""

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self.held = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.held.write(raw_data)
        if self.held.tell() > settings.BID_FILES_MB * 1024 * 1024:
            self.held = io.BytesIO()
            self.request.too_large = True  # type: ignore[union-attr]
            raise SkipFile

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


class InMemoryMixin:
    """A view that takes uploads in memory, and is kept by no cache."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponse]:
        return held(super().as_view(**initkwargs))  # type: ignore[misc]


def held(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view around a view. The CSRF token is looked at after the handler is set, for looking at it
    reads the request: so the middleware leaves it alone, and it is looked at here."""
    protected = csrf_protect(view)

    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [HeldInMemory(request)]
        request.too_large = False  # type: ignore[attr-defined]
        return protected(request, *args, **kwargs)

    return csrf_exempt(never_cache(sensitive_post_parameters()(outer)))
