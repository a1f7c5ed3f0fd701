"""Pages of the inbox, of documents, and of the checkpoints that anyone may download."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import ListView, View

from core import checkpoints, clock, digest, documents, mailing
from core.models import Checkpoint, Document, Notice
from core.views import DetailPage, ListPage


class InboxView(ListPage):
    """What one was told: the unread first, then the newest."""

    model = Notice
    template_name = "core/inbox.html"
    context_object_name = "notices"
    paginate_by = 25

    def get_queryset(self) -> Any:
        mailing.settle(self.request.user)
        return super().get_queryset().select_related("dossier").unread_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unread = super().get_queryset().unread().count()
        choice = digest.described(mailing.choice_of(self.request.user))
        return super().get_context_data(unread=unread, choice=choice, **kwargs)


class InboxReadView(View):
    """Mark everything in one's inbox as read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        Notice.objects.visible_to(request.user).unread().update(read_at=clock.now())
        return HttpResponseRedirect(reverse("core:inbox"))


class NoticeReadView(View):
    """Mark one notice as read, and with `open` go to what it is about."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
        Notice.objects.visible_to(request.user).unread().filter(pk=pk).update(read_at=clock.now())
        inbox = reverse("core:inbox")
        return HttpResponseRedirect(notice.url if "open" in request.POST and notice.url else inbox)


class DocumentDetailView(DetailPage):
    """A file with its hash, for those of the ground who may see it."""

    model = Document
    template_name = "core/document_detail.html"
    context_object_name = "document"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("blob", "dossier", "uploaded_by")


class DocumentFileView(View):
    """The file itself, as an attachment."""

    def get(self, request: HttpRequest, pk: int) -> Any:
        rows = Document.objects.visible_to(request.user).select_related("blob")
        return documents.serve(request, get_object_or_404(rows, pk=pk))


class CheckpointListView(ListView):
    """The roots of all days, newest first, for anybody."""

    model = Checkpoint
    template_name = "core/checkpoint_list.html"
    context_object_name = "checkpoints"
    ordering = "-day"
    paginate_by = 50


class CheckpointFileView(View):
    """One day's checkpoint as JSON: the root and the leaves that changed, without names."""

    def get(self, request: HttpRequest, day: date) -> JsonResponse:
        checkpoint = get_object_or_404(Checkpoint, day=day)
        response = JsonResponse(checkpoints.published(checkpoint))
        response["Content-Disposition"] = f'attachment; filename="checkpoint-{day}.json"'
        return response


class ProofView(View):
    """The proof that a head of a chain is under the root of a day, for whoever holds that head."""

    def get(self, request: HttpRequest, head: str) -> JsonResponse:
        found = checkpoints.proof_of(head)
        if found is None:
            raise Http404
        return JsonResponse(found)
