"""The history as people read it: what an act is called, and what it changed."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.machines import Machine
from core.models import Event

ACTS: dict[str, Any] = {
    "put_lot": _("lot written"), "put_requirements": _("requirements written"),
    "write_terms": _("terms written"), "plan_window": _("further window planned"),
    "confirm_thin": _("few vendors confirmed"), "sign_newer": _("newest terms signed"),
    "countersign_newer": _("newest terms countersigned"),
    "create": _("entered"), "update": _("changed"), "grant": _("role given"),
    "end_grant": _("role ended"), "hand_over": _("work handed over"),
    "update_from_import": _("changed by an import"), "accept": _("accepted"),
    "cast": _("vote cast"), "recuse": _("recused"), "approve": _("approved"),
    "reserve": _("reserved"), "commit": _("committed"), "release": _("released"),
    "spend": _("spent"), "return": _("returned"), "lapse": _("lapsed"),
    "cancel": _("cancelled"), "reversal": _("reversed"), "surrender": _("surrendered"),
    "holdback_release": _("holdback released"), "search": _("searched"),
    "clawback": _("claimed back"), "recover": _("recovered"), "write_off": _("written off"),
    "close": _("closed"),
    "remind_lapse": _("reminded of its last day"), "remind_end": _("reminded of its last day"),
    "extend": _("last day moved"),
    "hear": _("answer of the debtor entered"),
    "write_notice": _("notice written"),
    "answer": _("answered"), "plan": _("planned"), "edit": _("draft changed"),
    "attach": _("shown for a criterion"), "detach": _("no longer shown for a criterion"),
    "carry_over": _("evidence carried over"), "report": _("report finished"),
    "write_report": _("report written"), "write_returns": _("reasons per criterion written"),
    "challenge": _("challenge sent"), "dissent": _("dissent written"),
    "ask_standard": _("standard asked from now on"), "renew_standard": _("newer version asked"),
    "drop_standard": _("standard no longer asked"), "change": _("changed"),
    "authority": _("authority changed"), "keep": _("kept"),
    "refer": _("referred to the board above"),
    "edit_team": _("team changed"), "edit_benefits": _("benefits changed"),
    "edit_case": _("business case changed"), "accept_ownership": _("ownership accepted"),
    "name_owner": _("owner named"), "search_duplicates": _("searched for duplicates"),
    "answer_duplicate": _("answered for a project found"),
    "apply_change": _("moved by a change"), "raise_tier": _("tier raised"),
    "lower_tier": _("tier lowered"), "ask_more": _("more asked: the tier rose"),
    "ask_less": _("less asked: the tier was lowered"), "set": _("set"),
    "set_baseline": _("baseline set"), "record": _("recorded"), "remedy": _("remedied"),
    "update_thresholds": _("thresholds changed"), "export": _("exported"),
    "choose_mail": _("e-mails chosen"), "write": _("newer version written"),
    "remind": _("reminded"), "remind_by_hand": _("reminded by hand"),
    "make_calendar": _("calendar address made"),
    "revoke_calendar": _("calendar address withdrawn"), "replay": _("loaded from files"),
    "freeze": _("version frozen"), "move_deadline": _("deadline moved"),
    "seat": _("seat given"), "unseat": _("seat freed"), "explain": _("explained"),
    "put": _("set aside"), "resize": _("amount changed"), "use": _("paid of it"),
    "lift": _("freed"),
    "reuse": _("shown again for another criterion"), "end": _("ended"), "begin": _("begun"),
    "verify": _("verified"), "correct": _("corrected"),
    "sheets_in": _("all sheets are in"), "reveal": _("revealed"),
    "ranking": _("ranking established"), "chair": _("chairs from now on"),
    "drop": _("dropped"), "restore": _("put back"), "move": _("moved"), "judge": _("judged"),
    "write_verdict": _("proposal written"), "settle": _("settled"),
}  # fmt: skip
"""What acts that are no step are called."""


def told(events: Iterable[Event]) -> list[Event]:
    """Events with their label and change in words, in the reader's language."""
    found = list(events)
    for event in found:
        event.label = label(event.verb, get_language() or "")  # type: ignore[attr-defined]
        event.change = change(event)  # type: ignore[attr-defined]
    return found


@lru_cache(maxsize=2000)
def label(verb: str, language: str) -> str:
    """The name of an act: the step's own label, or the model's name with what was done."""
    app, model_name, name = (*verb.split("."), "", "")[:3]
    try:
        model = apps.get_model(app, model_name)
    except LookupError:
        return verb
    noun = str(model._meta.verbose_name)
    if issubclass(model, Machine):
        field = model._meta.get_field(model.state_field)
        for declared in field.get_all_transitions(model):  # type: ignore[union-attr]
            if declared.name == name:
                return f"{noun}: {declared.custom['label']}"
        if name in model.wait_labels:
            return f"{noun}: {model.wait_labels[name]}"
    return f"{noun}: {ACTS.get(name, name.replace('_', ' '))}"


def change(event: Event) -> str:
    """From which state to which, where the act moved a row."""
    details: dict[str, Any] = json.loads(event.details)
    if "from" not in details or "to" not in details:
        return ""
    names = _states(event.target_label, get_language() or "")
    return (
        f"{names.get(details['from'], details['from'])} → {names.get(details['to'], details['to'])}"
    )


@lru_cache(maxsize=400)
def _states(target_label: str, language: str) -> dict[str, str]:
    try:
        model = apps.get_model(target_label)
        field = model._meta.get_field(getattr(model, "state_field", "state"))
    except LookupError:
        return {}
    return {str(value): str(name) for value, name in field.choices or ()}
