"""The Seal for everybody, without signing in: the check, badges, certificates, the register."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.generic import View

from core import clock, exports, limits
from gating import levels, seal_badges, seal_certificates, seal_checks, tables_seal
from gating.forms_seal import RegisterForm
from gating.models import Seal

LANGUAGES = dict(settings.LANGUAGES)
PAGE = 50
TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}


@method_decorator(login_not_required, name="dispatch")
class PublicView(View):
    """A page for everybody that changes nothing."""

    http_method_names = ("get", "head", "options")

    def page(self, template: str, context: dict[str, Any], *, kept: int = 0,
             status: int = 200) -> HttpResponse:  # fmt: skip
        """A page; kept by the reader's own browser for so many seconds, never by a proxy."""
        response = render(self.request, template, context, status=status)
        response["Cache-Control"] = f"private, max-age={kept}" if kept else "no-store"
        patch_vary_headers(response, ["Cookie"])
        return response

    def data(self, content: bytes, kind: str, *, kept: int, status: int = 200) -> HttpResponse:
        """Content that is the same for everybody, kept by anybody for so many seconds."""
        response = HttpResponse(content, content_type=kind, status=status)
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if status == 200:  # noqa: PLR2004  "OK"
            found = get_conditional_response(self.request, etag=etag, response=response)
            response = found if isinstance(found, HttpResponse) else response
        response["ETag"] = etag
        response["Cache-Control"] = f"public, max-age={kept}"
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def miss(self, asked: str) -> HttpResponse:
        """What was asked for is not there, or not public: both look the same."""
        if limits.one_too_many(self.request, "seal"):
            response = self.page("gating/seal_limit.html", {}, status=429)
            response["Retry-After"] = str(limits.PERIOD)
            return response
        return self.page("gating/seal_unknown.html", {"asked": asked[:100]}, status=404)


class SealCheckView(PublicView):
    """Where a seal is checked: by its code, the address of a service, or what a QR code held."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("q", "").strip()
        if not asked:
            return self.page("gating/seal_check.html", {}, kept=seal_checks.KEPT)
        seals = seal_checks.found(asked)
        if not seals:
            return self.miss(asked)
        if len(seals) == 1:
            response = HttpResponseRedirect(seals[0].get_check_url())
            response["Cache-Control"] = "no-store"
            return response
        now = clock.now()
        rows = [(seal, tables_seal.stands(seal.standing(now))) for seal in seals]
        kept = min(seal_checks.seconds_kept(seal, now) for seal in seals)
        return self.page("gating/seal_choice.html", {"rows": rows, "asked": asked}, kept=kept)


class SealView(PublicView):
    """What is public of one seal; the moment is read once, and holds for the whole answer."""

    def get(self, request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        seal = seal_checks.by_code(code)
        if seal is None:
            return self.unknown(code)
        return self.answer(seal, clock.now(), **kwargs)

    def unknown(self, code: str) -> HttpResponse:
        return self.miss(code)

    def answer(self, seal: Seal, now: datetime, **kwargs: Any) -> HttpResponse:
        """The answer about a seal at a moment."""
        raise NotImplementedError


class SealPublicView(SealView):
    """The page to which code, QR and badge lead: how the seal stands, and its history."""

    def answer(self, seal: Seal, now: datetime, **kwargs: Any) -> HttpResponse:
        whole = list(seal.application.items.select_related("criterion__standard"))
        claimed = seal.application.level_claimed
        items = [item for item in whole if item.claimed_at(claimed)]
        context = {
            "seal": seal, "standing": tables_seal.stands(seal.standing(now)), "now": now,
            "story": seal_checks.story(seal, now), "items": items,
            "newest": Seal.objects.public().filter(application__predecessor=seal).first(),
            "levels": len(levels.ladder(item.level for item in whole if item.criterion_id)),
        }  # fmt: skip
        return self.page("gating/seal_public.html", context,
                         kept=seal_checks.seconds_kept(seal, now))  # fmt: skip


class SealJsonView(SealView):
    """The same for other programs."""

    def unknown(self, code: str) -> HttpResponse:
        if limits.one_too_many(self.request, "seal"):
            return self.data(b'{"error": "too many wrong codes"}', "application/json", kept=0,
                             status=429)  # fmt: skip
        return self.data(b'{"error": "no such seal"}', "application/json", kept=0, status=404)

    def answer(self, seal: Seal, now: datetime, **kwargs: Any) -> HttpResponse:
        text = json.dumps(seal_checks.facts(seal, now), ensure_ascii=False)
        return self.data(
            text.encode(), "application/json", kept=seal_checks.seconds_kept(seal, now)
        )


class SealBadgeView(SealView):
    """The badge as it must look this moment, as SVG or PNG, in the language asked (`?lang=`)."""

    @property
    def language(self) -> str:
        asked = self.request.GET.get("lang", "")
        return asked if asked in LANGUAGES else str(settings.LANGUAGE_CODE)

    def unknown(self, code: str) -> HttpResponse:
        found = seal_badges.unknown(self.language)
        return self._drawn(found, kept=0, status=404)

    def answer(self, seal: Seal, now: datetime, **kwargs: Any) -> HttpResponse:
        found = seal_badges.badge(seal, now, self.language)
        return self._drawn(found, kept=seal_checks.seconds_kept(seal, now))

    def _drawn(self, found: seal_badges.Badge, *, kept: int, status: int = 200) -> HttpResponse:
        kind = self.kwargs["kind"]
        content = seal_badges.png(found) if kind == "png" else seal_badges.svg(found).encode()
        return self.data(content, TYPES[kind], kept=kept, status=status)


class SealCertificateView(SealView):
    """The certificate, while the seal is valid; of one that has ended none is given out."""

    def answer(self, seal: Seal, now: datetime, **kwargs: Any) -> HttpResponse:
        standing = tables_seal.stands(seal.standing(now))
        if standing["value"] != "valid":
            context = {"seal": seal, "standing": standing}
            return self.page("gating/seal_no_certificate.html", context, status=410)
        language = str(getattr(self.request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))
        content = seal_certificates.as_pdf(seal, language)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{seal.shown_code}.pdf"'
        response["Cache-Control"] = "no-store"
        return response


class RegisterView(PublicView):
    """All published seals, filtered: as a page, as CSV, as JSON."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now, chosen = clock.now(), self.chosen()
        pages = Paginator(seal_checks.register(now, **chosen), PAGE)
        page = pages.get_page(request.GET.get("page"))
        context = {
            "page_obj": page, "form": RegisterForm(initial=chosen),
            "rows": [(seal, tables_seal.stands(seal.stands)) for seal in page],
            "fields": seal_checks.FIELDS.items(), "total": pages.count,
            "query": request.GET.urlencode(),
        }  # fmt: skip
        return self.page("gating/seal_register.html", context,
                         kept=seal_checks.seconds_kept_of_all(now))  # fmt: skip

    def chosen(self) -> dict[str, str]:
        """The filters asked for; those we do not know are left aside."""
        asked = self.request.GET
        names = ("text", "institution", "level", "status")
        return {name: asked.get(name, "").replace("\0", "")[:200].strip() for name in names}

    def open_data(self, response: Any, now: datetime, ending: str) -> Any:
        """A file for other programs, kept by anybody until some seal's standing changes."""
        kept = seal_checks.seconds_kept_of_all(now)
        response["Cache-Control"] = f"public, max-age={kept}"
        response["Access-Control-Allow-Origin"] = "*"
        response["Content-Disposition"] = f'attachment; filename="seals.{ending}"'
        return response


class RegisterCsvView(RegisterView):
    """The register as CSV, its columns named as in `seal_checks.FIELDS`."""

    def get(self, request: HttpRequest) -> Any:
        now = clock.now()
        rows = seal_checks.rows_of(seal_checks.register(now, **self.chosen()), now)
        lines = (list(row.values()) for row in rows)
        response = exports.csv_response("seals", seal_checks.FIELDS, lines)
        return self.open_data(response, now, "csv")


class RegisterJsonView(RegisterView):
    """The register as JSON: one object, `seals` a list, written as it is read."""

    def get(self, request: HttpRequest) -> Any:
        now = clock.now()
        seals = seal_checks.register(now, **self.chosen())
        response = StreamingHttpResponse(_json(seals, now), content_type="application/json")
        return self.open_data(response, now, "json")


def _json(seals: Any, now: datetime) -> Iterator[str]:
    asked = json.dumps(now.isoformat(timespec="seconds"))
    yield f'{{"as_of": {asked}, "fields": {json.dumps(list(seal_checks.FIELDS))}, "seals": ['
    for number, row in enumerate(seal_checks.rows_of(seals, now)):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"
