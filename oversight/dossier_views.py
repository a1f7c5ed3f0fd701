"""The page from which a whole case leaves the house, for a court of audit."""

import json
import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.generic import View

from core import archive, checkpoints, exporting
from core.permissions import exports_cases
from core.refusals import Refused
from core.steps import allow
from projects.models import Project

SHOWN = 20
IN_MEMORY = 8 * 1024 * 1024


class DossierExportView(View):
    """What the archive of a case holds, who exported it before, and the export itself."""

    def get(self, request: HttpRequest, ref: str) -> HttpResponse:
        return render(request, "oversight/dossier_export.html", self._context(self._project(ref)))

    def post(self, request: HttpRequest, ref: str) -> Any:
        project = self._project(ref)
        target = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
        try:
            archive.export(project.dossier, target, by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            target.close()
            for reason in refused.reasons:
                messages.error(request, reason)
            return HttpResponseRedirect(request.path)
        response = FileResponse(target, as_attachment=True, filename=f"{project.ref}.zip")
        response["Cache-Control"] = "private, no-store"
        return response

    def _project(self, ref: str) -> Project:
        rows = Project.objects.visible_to(self.request.user).select_related("dossier")
        project = get_object_or_404(rows, ref=ref)
        allow(exports_cases, project.dossier, self.request.user)  # type: ignore[arg-type]
        return project

    def _context(self, project: Project) -> dict[str, Any]:
        events = project.dossier.events.filter(verb=archive.EXPORT).select_related("actor")
        earlier = [
            {"at": event.at, "who": event.actor, **json.loads(event.details)}
            for event in events.order_by("-number")[:SHOWN]
        ]
        return {
            "project": project, "earlier": earlier, "left_out": exporting.reasons(),
            "events": project.dossier.count, "seen": checkpoints.seen(project.dossier),
        }  # fmt: skip
