"""Warnings while a competition is drafted: they stop nobody. No database here.

From 18F's lessons on its agile purchase agreement: say which outcomes users need and leave the
solution to those who bid; a request of a few pages is read, one of hundreds is answered by those
who live from answering. It names products, technologies and versions only where they are given.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

LONG_WORDS = 2_500
"""About ten pages: 18F's own requests stayed below."""
PAGE_WORDS = 250
MANY_TECHNOLOGIES = 4
MANY_ITEMS = 25
READ = ("background", "users_and_needs", "outcomes", "constraints", "order_terms")

BRANDS = (
    "Oracle", "SAP", "Microsoft", "SharePoint", "Salesforce", "IBM", "WebSphere", "Adobe",
    "ServiceNow", "Amazon", "AWS", "Azure", "Google Cloud", "VMware", "Cisco", "PeopleSoft",
    "Dynamics", "Power BI", "Tableau", "Liferay", "OutSystems", "Pega", "Atlassian", "Jira",
)  # fmt: skip
TECHNOLOGIES = (
    "Java", "JavaScript", "TypeScript", "Python", "Django", "Ruby", "Rails", "PHP", "Laravel",
    "C#", ".NET", "Angular", "React", "Vue", "Node.js", "Spring", "Go", "Kotlin", "Swift",
    "PostgreSQL", "MySQL", "MongoDB", "Redis", "Elasticsearch", "Kafka", "RabbitMQ", "Kubernetes",
    "Docker", "OpenShift", "Terraform", "Jenkins", "WordPress", "Drupal", "SOAP", "GraphQL",
)  # fmt: skip
ORDERS = re.compile(
    r"\b(must (?:use|be (?:built|developed|written|programmed|based))|shall (?:use|be (?:built|"
    r"developed|written|based))|has to be (?:built|developed|written)|"
    r"deber[áa]n? (?:usar|utilizar|emplear|ser desarrollad[oa]s?|desarrollarse|estar basad[oa]s?|"
    r"programarse)|se (?:usar[áa]|utilizar[áa])|obligatoriamente (?:en|con))\b",
    re.IGNORECASE,
)
VERSION = re.compile(r"\b(?:versi[oó]n|version|v)\s?\d+(?:\.\d+)*\b", re.IGNORECASE)
ITEM = re.compile(r"^\s*(?:[-*•–]|\d+[.)]|[a-z]\))\s+", re.MULTILINE)
BIG_TEAM = re.compile(r"\b\d{2,}\s+(?:developers|programmers|desarrolladores|programadores)\b",
                      re.IGNORECASE)  # fmt: skip


def hints(said: Mapping[str, Any]) -> list[str]:
    """What a reader who knows 18F's lessons would remark in a draft, a sentence each."""
    text = "\n".join(str(said.get(name, "")) for name in READ)
    asked = "\n".join(str(said.get(name, "")) for name in ("outcomes", "constraints"))
    return [
        *_length(text), *_prescriptions(text), *_technologies(text), *_list(asked),
        *_outcomes(said),
    ]  # fmt: skip


def words(said: Mapping[str, Any]) -> int:
    """How many words a vendor has to read before the criteria."""
    return sum(len(str(said.get(name, "")).split()) for name in READ)


def _length(text: str) -> list[str]:
    count = len(text.split())
    if count <= LONG_WORDS:
        return []
    return [
        gettext("The texts have %(words)s words, about %(pages)s pages. 18F kept to about ten "
                "pages: small vendors do not answer long requests. Move detail into the backlog.")
        % {"words": f"{count:,}", "pages": f"{count // PAGE_WORDS:,}"}
    ]  # fmt: skip


def _prescriptions(text: str) -> list[str]:
    found = []
    orders = list(dict.fromkeys(match.group().lower() for match in ORDERS.finditer(text)))
    if orders:
        found.append(
            gettext("“%(words)s” prescribes a solution. Say what users must be able to do, and let "
                    "those who bid show how.") % {"words": orders[0]}
        )  # fmt: skip
    if BIG_TEAM.search(text):
        found.append(gettext("The size of the team is prescribed; small teams deliver sprints."))
    return found


def _technologies(text: str) -> list[str]:
    found = []
    if brands := _named(text, BRANDS):
        found.append(
            gettext("Products of single vendors are named: %(names)s. Name them only where they "
                    "are in place and must be connected to.") % {"names": ", ".join(brands)}
        )  # fmt: skip
    known = _named(text, TECHNOLOGIES)
    if len(known) >= MANY_TECHNOLOGIES:
        found.append(
            gettext("A list of technologies is asked for: %(names)s. Ask for open, maintained "
                    "technologies instead.") % {"names": ", ".join(known)}
        )  # fmt: skip
    if len(VERSION.findall(text)) > 1:
        found.append(gettext("Versions of products are prescribed."))
    return found


def _list(text: str) -> list[str]:
    count = len(ITEM.findall(text))
    if count <= MANY_ITEMS:
        return []
    return [
        gettext("Outcomes and constraints are a list of %(count)s items. That is a backlog: it "
                "will change with every sprint.") % {"count": count}
    ]  # fmt: skip


def _outcomes(said: Mapping[str, Any]) -> list[str]:
    outcomes = str(said.get("outcomes", "")).strip()
    if not outcomes or re.search(r"\d|\b(?:half|twice|mitad|doble|uno|dos|tres|cuatro|cinco|seis|"
                                 r"siete|ocho|nueve|diez|one|two|three|four|five|six|seven|eight|"
                                 r"nine|ten)\b", outcomes, re.IGNORECASE):  # fmt: skip
        return []
    return [gettext("The outcomes name no number by which one could see that they are reached.")]


def _named(text: str, names: tuple[str, ...]) -> list[str]:
    """Which of the names stand in the text as words of their own, in capitals as they are."""
    return [
        name for name in names
        if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w+#]|\.\w)", text)
    ]  # fmt: skip
