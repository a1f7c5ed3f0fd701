"""The machine of a review as a table: state × step × person; what is not in it is refused."""

import pytest

from core.steps import Refused, perform
from gating.models import GateReview
from tests.factories import reviews

pytestmark = pytest.mark.django_db

BOTH = {"manager", "owner"}
TABLE = {
    "planned": {"begin": {"manager"}, "withdraw": BOTH},
    "collecting": {"prepare": {"manager"}, "withdraw": BOTH},
    "prepared": {"take_back": {"manager"}, "give_back": {"owner"}, "certify": {"owner"},
                 "withdraw": BOTH},
    "submitted": {"return_to_project": {"secretariat"}, "start_assessment": {"secretariat"},
                  "withdraw": BOTH},
    "in_assessment": {"draft_report": {"lead"}, "withdraw": BOTH},
    "report_drafted": {"begin_factual_check": {"lead", "secretariat"}, "table": {"secretariat"},
                       "withdraw": BOTH},
    "factual_check": {"accept_facts": {"manager"}, "challenge_facts": {"manager"},
                      "answer_challenge": {"lead"}, "deem_facts_accepted": {"clock"},
                      "table": {"secretariat"}, "withdraw": BOTH},
    "before_board": {"approve": set(), "approve_with_conditions": set(), "defer": set(),
                     "refuse": set(), "stop": set()},
    "decided": {"enter_force": set(), "expire": {"clock"}, "rescind": set()},
    "in_force": {"exercise": {"owner"}, "expire": {"clock"}, "rescind": set()},
    "exercised": {"supersede": set(), "rescind": set()},
    "returned": {"resume": {"manager"}, "withdraw": BOTH},
    "deferred": {"resume": {"manager"}, "withdraw": BOTH},
    "superseded": {}, "withdrawn": {}, "refused": {}, "expired": {}, "rescinded": {},
}  # fmt: skip
"""State → step → who may take it by hand (or the clock); nobody: only as a consequence."""
NAMES = {name for row in TABLE.values() for name in row}


@pytest.fixture
def sealed(cast):
    """A review that everybody has acted in: prepared, certified, assessed."""
    return reviews.at(cast, "sealed")


@pytest.mark.parametrize("state", GateReview.States.values)
def test_every_step_is_for_those_of_the_table_and_for_nobody_else(cast, sealed, state):
    GateReview.objects.filter(pk=sealed.pk).update(state=state)
    review = GateReview.objects.get(pk=sealed.pk)
    assert reviews.may(cast, review) == TABLE[state]


@pytest.mark.parametrize("state", GateReview.States.values)
def test_steps_that_do_not_leave_the_state_are_refused(cast, sealed, state):
    GateReview.objects.filter(pk=sealed.pk).update(state=state)
    for name in NAMES - set(TABLE[state]):
        with pytest.raises(Refused, match="This has moved on since you opened the page"):
            perform(sealed, name, by=cast.owner)
    assert GateReview.objects.get(pk=sealed.pk).state == state


def test_every_declared_step_is_in_the_table():
    field = GateReview._meta.get_field("state")
    assert {transition.name for transition in field.get_all_transitions(GateReview)} == NAMES
