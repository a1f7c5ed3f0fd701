"""Drafts of bids: what was typed stands under the slot key, and files are sealed as they arrive.

Nothing of a draft is kept in clear, and saving one changes nothing in the database but the content
of pages that were there. A draft is replaced whole when it is sealed.
"""

import base64
import hashlib
import json
import math
import secrets
from collections.abc import Mapping
from typing import Any

import filetype
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, scanning
from core.models import User
from core.refusals import Refused
from core.steps import allow
from procurement import bid_content, eligibility, envelopes, keys, receipts, slots
from procurement import permissions_sealing as who
from procurement.models import Competition
from procurement.models.sealing import BidSlot, CompetitionKey, Part
from procurement.prototypes import bringing

BUNDLES = (b"# v2 git bundle\n", b"# v3 git bundle\n")
FILES_MAX = 20
NAME_MAX = 120
COPY = "compuerta bid copy 1"
TEXTS = {"csv", "txt", "md", "json"}


def slot_of(competition: Any, vendor: Any, by: User) -> slots.Slot:
    """The slot of a vendor, made now if the vendor joined a moment ago.

    Raises Denied for anybody who does not bid for it, Refused where it may have none.
    """
    allow(who.bids_for, vendor, by)
    if not BidSlot.objects.filter(competition=competition, vendor=vendor).exists():
        if reasons := eligibility.against(competition, vendor):
            raise Refused(*reasons)
        eligibility.join(competition.pk)
    if not BidSlot.objects.filter(competition=competition, vendor=vendor, pages__gt=0).exists():
        raise Refused(_("This competition takes no bids now."))
    return slots.of(competition, vendor)


def read(competition: Any, vendor: Any, *, by: User) -> dict[str, Any]:
    """The draft as it stands: `fields` as they were typed, `files`, `salt`, `number`."""
    slot = slot_of(competition, vendor, by)
    return slot.draft() or empty()


def empty() -> dict[str, Any]:
    """A draft in which nothing was typed yet."""
    return {"fields": {}, "files": [], "salt": receipts.new_salt(), "number": 0}


def composed(competition: Any, draft: Mapping[str, Any]) -> bid_content.Composed:
    """Both parts of the bid that a draft makes, and what it lacks."""
    asked = eligibility.asked_of(competition)
    return bid_content.compose(asked, draft["fields"], draft["files"])


@transaction.atomic
def save(
    competition: Any, vendor: Any, typed: Mapping[str, str], *, by: User, seen: int | None = None
) -> dict[str, Any]:
    """Keep what was typed; only the fields that are named change. `seen` is the number of the
    draft on which it was typed: when somebody else saved since, it is refused.

    Raises Denied, or Refused after the deadline (nothing is kept then), or for too much text.
    """
    slot = slot_of(competition, vendor, by)
    slots.held(slot)
    refuse_closed(competition)
    draft = slot.draft() or empty()
    if seen is not None and seen != draft["number"]:
        raise Refused(_("Somebody of your company saved this bid meanwhile. Your text is still on "
                        "this page: copy it, load the page again, and put it in."))  # fmt: skip
    known = set(bid_content.names(eligibility.asked_of(competition)))
    for name, value in typed.items():
        if name in known:
            draft["fields"][name] = str(value)
    return _kept(slot, draft, by)


def _kept(slot: slots.Slot, draft: dict[str, Any], by: User) -> dict[str, Any]:
    draft |= {"number": draft["number"] + 1, "saved_at": clock.now().isoformat(), "by": by.pk}
    try:
        slot.keep_draft(draft)
    except ValueError as error:
        raise Refused(_("That is too much text: a bid has room for some 130,000 characters in "
                        "all. Put details into an attachment."))  from error  # fmt: skip
    return draft


def refuse_closed(competition: Any) -> None:
    """Raise Refused when bids are no longer taken, by the database's clock."""
    row = Competition.objects.select_related("project__institution").get(pk=competition.pk)
    if not row.takes_bids(clock.now()):
        raise Refused(_("Bids are no longer taken, so nothing is kept any more."))


# Files


def kind_of(name: str, content: bytes, kind: str) -> None:
    """Raise Refused for a file of a kind that is not accepted; looked at in memory only.

    It is examined whole, and for viruses, after the opening.
    """
    if kind == "bundle":
        if not content.startswith(BUNDLES):
            raise Refused(_("This is no git bundle. Make it with the command on this page."))
        return
    ending = scanning.ending(name)
    expected = scanning.KINDS.get(ending)
    if expected is None:
        raise Refused(
            _("“%(name)s” is of a kind that is not accepted. Accepted are: %(kinds)s.")
            % {"name": name[:NAME_MAX], "kinds": ", ".join(scanning.KINDS)}
        )
    found = filetype.guess(content[:8192])
    packed = ending in scanning.OFFICE | {"zip"}
    sound = content[:4] == b"PK\x03\x04" if packed else (found is None or found.mime == expected)
    if not sound or (ending in TEXTS and b"\0" in content):
        raise Refused(_("What “%(name)s” holds is not what its ending says.")
                      % {"name": name[:NAME_MAX]})  # fmt: skip


def attach(
    competition: Any, vendor: Any, name: str, content: bytes, kind: str, *, by: User
) -> dict[str, Any]:
    """Seal a file to the technical key at once and note it in the draft; a bundle replaces the
    one before. From here on nobody can read it, the vendor neither, until the opening.

    Raises Denied, or Refused for what is not accepted, or has no room.
    """
    kind_of(name, content, kind)
    slot = slot_of(competition, vendor, by)
    eligibility.complete_all(competition)
    with transaction.atomic():
        return _attached(competition, slot, {"kind": kind, "name": _short(name)}, content, by=by)


def fetch(competition: Any, vendor: Any, *, by: User) -> dict[str, Any]:
    """Bring the bundle from the repository and branch that the draft names, as if it were attached.

    A commit that the draft does not name yet is the newest one. Raises Denied, or Refused with a
    sentence where the repository is not visited, does not answer or is too large.
    """
    refuse_closed(competition)
    fields = dict(read(competition, vendor, by=by)["fields"])
    branch = fields.get("branch", "").strip() or "main"
    commit, content = bringing.bundle_of(
        fields.get("repository", ""), branch, fields.get("commit", "").strip().lower()
    )
    draft = attach(competition, vendor, "prototype.bundle", content, "bundle", by=by)
    if fields.get("commit", "").strip():
        return draft
    return save(competition, vendor, {**fields, "branch": branch, "commit": commit}, by=by)


def _attached(
    competition: Any, slot: slots.Slot, file: dict[str, Any], content: bytes, *, by: User
) -> dict[str, Any]:
    row = slots.held(slot)
    refuse_closed(competition)
    draft, head = slot.draft() or empty(), slot.head()
    if file["kind"] == "bundle":
        _forget(draft, head, [old["id"] for old in draft["files"] if old["kind"] == "bundle"])
    _refuse_too_much(draft, len(content))
    file |= {"id": secrets.token_hex(8), "size": len(content),
             "sha256": hashlib.sha256(content).hexdigest()}  # fmt: skip
    key = keys.of(competition)[Part.TECHNICAL]
    head.files[file["id"]] = put(key, slot, slot.free(head, row), file, content)
    draft["files"].append(file)
    slot.keep(head)
    return _kept(slot, draft, by)


def put(
    key: CompetitionKey, slot: slots.Slot, free: list[int], file: dict[str, Any], content: bytes
) -> dict[str, Any]:
    """Write a file, sealed, on free pages, and return where it stands."""
    count = math.ceil((len(content) + envelopes.OVERHEAD) / slots.ROOM)
    pages = free[:count]
    if len(pages) < count:
        raise Refused(_("There is no room for this file beside the bid that is sealed already."))
    sealed = envelopes.seal(content, bytes.fromhex(key.public), place(slot, f"file:{file['id']}"),
                            size=count * slots.ROOM)  # fmt: skip
    slot.write(pages, sealed)
    return {"pages": pages, "key": key.pk}


def place(slot: slots.Slot, part: str) -> bytes:
    """Where an envelope of a slot belongs: competition, vendor and part are bound into it."""
    return envelopes.place(f"competition {slot.competition}", f"vendor {slot.vendor}", part)


def _refuse_too_much(draft: dict[str, Any], size: int) -> None:
    if not size:
        raise Refused(_("The file is empty. Choose it again."))
    limit = settings.BID_FILES_MB
    whole = size + sum(file["size"] for file in draft["files"])
    if whole > limit * 1024 * 1024 or len(draft["files"]) >= FILES_MAX:
        raise Refused(
            _("The files of a bid may have %(limit)s MB together, and be %(count)s at most.")
            % {"limit": limit, "count": FILES_MAX}
        )


def _short(name: str) -> str:
    """The last part of a name, what can be shown of it, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if sign.isprintable()).strip() or "file"
    return clean if len(clean) <= NAME_MAX else clean[:80] + clean[-30:]


def _forget(draft: dict[str, Any], head: slots.Head, names: list[str]) -> None:
    draft["files"] = [file for file in draft["files"] if file["id"] not in names]
    for name in names:
        head.files.pop(name, None)


@transaction.atomic
def detach(competition: Any, vendor: Any, name: str, *, by: User) -> dict[str, Any]:
    """Take a file out of the draft again; a sealed bid keeps it until that is replaced."""
    slot = slot_of(competition, vendor, by)
    slots.held(slot)
    refuse_closed(competition)
    draft, head = slot.draft() or empty(), slot.head()
    _forget(draft, head, [name])
    slot.keep(head)
    return _kept(slot, draft, by)


# The vendor's own copy


def copy(competition: Any, vendor: Any, draft: Mapping[str, Any]) -> bytes:
    """The vendor's own copy of a draft, salt included: to change a sealed bid later, and to
    deliver it again when shares of the key are lost. Whoever has it reads the bid."""
    found = composed(competition, draft)
    said = {
        "form": COPY, "competition": competition.ref, "vendor": vendor.ref, "salt": draft["salt"],
        "fields": draft["fields"], "technical": found.technical, "price": found.price,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode()


def copy_address(content: bytes) -> str:
    """The copy as an address that a browser saves without asking anybody for it."""
    return "data:application/json;base64," + base64.b64encode(content).decode()


def read_copy(competition: Any, vendor: Any, content: bytes) -> dict[str, Any]:
    """What a copy says; raises Refused where it is none, or another's."""
    try:
        found = json.loads(content)
        sound = (found["form"] == COPY and isinstance(found["fields"], dict)
                 and isinstance(found["technical"]["files"], list) and bytes.fromhex(found["salt"])
                 and isinstance(found["price"], dict))  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(_("This is no copy of a bid.")) from error
    if not sound or (found["competition"], found["vendor"]) != (competition.ref, vendor.ref):
        raise Refused(_("This is a copy of another bid."))
    return dict(found)


@transaction.atomic
def restore(competition: Any, vendor: Any, content: bytes, *, by: User) -> dict[str, Any]:
    """Make the draft anew from the vendor's copy; files of the sealed bid come along."""
    found = read_copy(competition, vendor, content)
    slot = slot_of(competition, vendor, by)
    slots.held(slot)
    refuse_closed(competition)
    head, draft = slot.head(), slot.draft() or empty()
    there = {**head.files, **((head.bid or {}).get("files", {}))}
    known = set(bid_content.names(eligibility.asked_of(competition)))
    draft["fields"] = {str(name): str(value) for name, value in found["fields"].items()
                       if name in known}  # fmt: skip
    draft["files"] = [dict(file) for file in found["technical"]["files"] if file["id"] in there]
    head.files = {file["id"]: there[file["id"]] for file in draft["files"]}
    slot.keep(head)
    return _kept(slot, draft, by)
