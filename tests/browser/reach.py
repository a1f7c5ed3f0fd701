"""Looking at every kind of page that the demo leads to, and which of our pages it leads to."""

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from core.models import User
from tests.browser import crawl
from tests.browser.looking import NARROW, WIDE, off_the_side, violations

STATES_SHOWN = {
    "oversight:project_detail", "gating:review_detail", "gating:motion_detail",
    "gating:meeting_detail", "projects:tranche_detail", "projects:import_detail",
}  # fmt: skip
"""Pages that look different in each state; of the others one example is looked at."""


def shown(site: crawl.Site) -> dict[crawl.Kind, tuple[str, str]]:
    """The pages to look at, those of one person together."""
    chosen: dict[crawl.Kind, tuple[str, str]] = {}
    for kind, found in site.pages.items():
        plain = kind if kind.name in STATES_SHOWN else crawl.Kind(kind.name, kind.step)
        chosen.setdefault(plain, found)
    return dict(sorted(chosen.items(), key=lambda pair: pair[1][0]))


class Watcher:
    """Windows of everybody in one language and one light, and all that is wrong in them."""

    def __init__(self, chromium, url: str, look: tuple[str, str, int]) -> None:
        self.chromium, self.url = chromium, url
        self.language, self.scheme, self.width = look
        self.local: str | None = None
        self.found: list[str] = []

    def look_at(self, kind: crawl.Kind, local: str, path: str) -> None:
        if local != self.local:
            self._open(local)
        self.heard: list[str] = []
        answer = self.page.goto(path)
        wrong = [] if answer.status == 200 else [f"HTTP {answer.status}"]
        if (spoken := self.page.get_attribute("html", "lang")) != self.language:
            wrong.append(f"speaks {spoken}")
        wrong += off_the_side(self.page, NARROW if self.width == WIDE else WIDE)
        wrong += off_the_side(self.page, self.width) + violations(self.page) + self.heard
        self.found += [f"{kind} ({self.language}, {local} {path}): {line}" for line in wrong]

    def _open(self, local: str) -> None:
        if self.local is not None:
            self.context.close()
        self.local = local
        self.context = self.chromium.new_context(base_url=self.url, color_scheme=self.scheme)
        self._remember(settings.LANGUAGE_COOKIE_NAME, self.language)
        if local:
            client = Client()
            person = User.objects.get(email=f"{local}@demo.example")
            client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
            name = settings.SESSION_COOKIE_NAME
            self._remember(name, client.cookies[name].value)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))

    def _remember(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.heard.append(text)

    def close(self) -> None:
        self.context.close()


NO_PAGES = {
    "core:inbox_read": "a button", "core:notice_read": "a button", "set_language": "a button",
    "account_logout": "a button", "mfa_login_webauthn": "read by the browser itself",
    "core:checkpoint_proof": "a file", "gating:condition_document": "a file",
    "gating:evidence_redacted": "a file", "projects:takeon_document": "a file",
    "core:calendar_file": "a file", "gating:exception_document": "a file",
    "gating:sealproof_file": "a file", "projects:appeal_document": "a file",
    "projects:claim_document": "a file", "projects:enclosure_file": "a file",
    "projects:excuseddays_document": "a file", "core:calendar_make": "a button",
    "core:digest_stop": "in e-mails only", "gating:criterion_move": "a button",
    "gating:crosswalk_open": "a button", "gating:evidence_reuse": "a button",
    "gating:sealproof_remove": "a button", "projects:change_foretell": "part of a form",
}  # fmt: skip
IN_THE_JOURNEY = {
    "gating:assessment_report", "gating:meeting_agenda", "gating:meeting_step",
    "gating:motion_create", "projects:import_step", "gating:motion_step", "gating:review_step",
}  # fmt: skip
"""Pages that the journey looks at."""


def unreached(site: crawl.Site) -> set[str]:
    """Pages of ours to which no link of the demo leads."""
    ours = {name for name in names(get_resolver()) if name.partition(":")[0] in ROOMS}
    return ours - site.names - NO_PAGES.keys() - IN_THE_JOURNEY - RARE.keys()


ROOMS = ("core", "projects", "gating", "oversight")
"""Pages of vendors and competitions that no link of the demo reaches are looked at, state by state,
in browser tests of their own."""
RARE = {
    "gating:assessment_dissent": "while the report is being written",
    "gating:review_answer": "after a challenge",
    "gating:review_challenge": "while the facts are checked",
    "gating:exemption_step": "while an exemption is asked for",
    "gating:draft_create": "while a motion is drafted",
    "gating:draft_edit": "while a motion is drafted",
    "gating:draft_remove": "while a motion is drafted",
    "gating:motion_edit": "while a motion is drafted",
    "gating:agenda_remove": "before the notice of a meeting",
    "gating:meeting_edit": "before the notice of a meeting",
    "gating:meeting_minutes": "after a meeting",
    "gating:meeting_urgency": "when notice of a meeting is late",
    "gating:meeting_table": "while motions of a meeting are drafted",
    "gating:consent_open": "during a meeting",
    "gating:consent_vote": "while consent items are voted on",
    "gating:consent_close": "while consent items are voted on",
    "gating:motion_hand_up": "when recusals leave no quorum",
    "projects:correction_step": "while a correction is asked for",
    "gating:exception_step": "while an exception is asked for",
    "gating:seal_answer": "while an applicant answers the feedback",
    "gating:sealevaluation_create": "while a seal is evaluated",
    "gating:sealevaluation_sheet": "while a seal is evaluated",
    "projects:appeal_create": "while a claim is owed",
    "projects:appeal_end": "during an appeal",
    "projects:benefits_review_edit": "a year after a closing",
    "projects:benefits_review_step": "a year after a closing",
    "projects:claim_clawback": "while a claim is to be entered",
    "projects:claim_notice": "while a claim is proposed",
    "projects:claim_settle": "while a claim is owed",
    "projects:claim_step": "of a waiting claim",
    "projects:closing_follow": "while a project is closing",
    "projects:closure_edit": "while a project is closing",
    "projects:closure_step": "while a project is closing",
    "projects:continuity_create": "while a review is undecided",
    "projects:excuseddays_detail": "where days were excused",
    "projects:excuseddays_step": "while days are asked for",
    "projects:follower_name": "a year after a closing",
    "projects:letter_detail": "where there are letters",
    "projects:letter_step": "where there are letters",
    "projects:report_edit": "while a forecast is to be written",
    "projects:ruleversion_step": "while a version waits for its day",
    "projects:tailoring_detail": "where a proposal was made",
    "projects:tailoring_step": "while a proposal waits",
}
"""Pages of states that the demo shows on some days only."""


def names(resolver, space: str = ""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            yield from names(
                pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
