"""Laws: everything that must hold while a world runs. The numbers are those of the list "What must hold"."""

from simulation.laws.found import FoundLaws
from simulation.laws.sent import SentLaws
from simulation.laws.written import WrittenLaws


class Laws(WrittenLaws, FoundLaws, SentLaws):
    """Watches every write and every call."""
