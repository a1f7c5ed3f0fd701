"""`manage.py rank FILE.json`: rank bids by the very code that competitions use."""

from core.case_files import CaseCommand
from procurement.scoring_cases import Unscorable, rank_case


class Command(CaseCommand):
    """One case or a list of them in, the same shape out; refused whole, or answered whole."""

    help = "Rank the bids of the cases in a JSON file, by the rules that competitions rank by."
    answer_case = staticmethod(rank_case)
    refusal = Unscorable
