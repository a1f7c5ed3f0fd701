"""`manage.py count_votes FILE.json`: count votes by the very code that motions use."""

from core.case_files import CaseCommand
from gating.counting import Uncountable, count_case


class Command(CaseCommand):
    """One case or a list of them in, the same shape out; refused whole, or answered whole."""

    help = "Count the votes of the cases in a JSON file, by the rules that motions are counted by."
    answer_case = staticmethod(count_case)
    refusal = Uncountable
