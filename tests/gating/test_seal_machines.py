"""The machines of the Seal as tables: state × step × person; what is not in them is refused."""

import pytest

from core.steps import Refused, perform
from gating.models import Seal, SealApplication, SealEvaluation, ServiceAssessment
from tests.factories import reviews, seals

pytestmark = pytest.mark.django_db

LEAD, OFFICE, CLOCK, NOBODY = {"stranger"}, {"secretariat"}, {"clock"}, set()
APPLICATION = {
    "draft": {"submit": LEAD, "withdraw": LEAD},
    "returned": {"submit": LEAD, "withdraw": LEAD},
    "submitted": {"give_back": OFFICE, "refuse_admission": OFFICE, "admit": OFFICE,
                  "withdraw": LEAD},
    "admissible": {"begin_evaluation": OFFICE, "withdraw": LEAD},
    "evaluating": {"open_feedback": NOBODY, "withdraw": LEAD},
    "feedback": {"reply": LEAD, "forgo_answer": CLOCK, "conclude": NOBODY, "withdraw": LEAD},
    "evaluated": {"table": OFFICE, "withdraw": LEAD},
    "before_subcommission": {"grant": NOBODY, "deny": NOBODY},
    "granted": {"publish": OFFICE}, "not_granted": {"publish": OFFICE},
    "inadmissible": {}, "published": {}, "withdrawn": {},
}  # fmt: skip
EVALUATOR = {"assessor1"}
EVALUATION = {
    "invited": {"accept": EVALUATOR, "decline": EVALUATOR, "declare_conflict": EVALUATOR,
                "replace": OFFICE, "overlook": CLOCK},
    "accepted": {"declare_conflict": EVALUATOR, "replace": OFFICE, "fall_overdue": CLOCK,
                 "seal": EVALUATOR},
    "sealed": {"conclude": EVALUATOR, "let_stand": CLOCK},
    "final": {}, "declined": {}, "conflicted": {}, "replaced": {},
}  # fmt: skip
SEAL = {
    "active": {"fall_due": CLOCK, "renew": NOBODY, "expire": CLOCK,
               "put_under_review": {"secretariat", "auditor"}},
    "renewal_due": {"renew": NOBODY, "expire": CLOCK,
                    "put_under_review": {"secretariat", "auditor"}},
    "under_review": {"expire": CLOCK, "restore": NOBODY, "revoke": NOBODY},
    "renewed": {}, "expired": {}, "revoked": {},
}  # fmt: skip
DECLARED = {"declared": {"accept": OFFICE, "refuse": OFFICE}, "accepted": {}, "refused": {}}
TABLES = {SealApplication: APPLICATION, SealEvaluation: EVALUATION, Seal: SEAL,
          ServiceAssessment: DECLARED}  # fmt: skip


def one_of(cast, model):
    """Some row of a model: its state is set by hand afterwards."""
    if model is ServiceAssessment:
        return seals.service(cast).assessments.get()
    application = seals.at(cast, "submitted")
    if model is SealApplication:
        return application
    if model is SealEvaluation:
        return seals.invited(cast, application, "assessor1")[0]
    return seals.as_if_granted(application)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_step_is_for_those_of_the_table_and_for_nobody_else(cast, model):
    row, table = one_of(cast, model), TABLES[model]
    names = {name for steps in table.values() for name in steps}
    field = model._meta.get_field("state")
    assert {transition.name for transition in field.get_all_transitions(model)} == names
    assert set(table) == set(model.States.values)
    for state, steps in table.items():
        model.objects.filter(pk=row.pk).update(state=state)
        assert reviews.may(cast, model.objects.get(pk=row.pk)) == steps, state
        for name in names - set(steps):
            with pytest.raises(Refused, match="This has moved on since you opened the page"):
                perform(row, name, by=cast.secretariat)
        assert model.objects.get(pk=row.pk).state == state
