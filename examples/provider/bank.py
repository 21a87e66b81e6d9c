"""An imitation of the provider: a bank that takes transfers, with an API of dicts, a customer and a counter.

Yours imitates what your provider answers: write it from its documentation, and correct it by a test account.
"""

import itertools
from datetime import UTC, datetime

PAGE = 3


class NoAnswer(Exception):
    """The bank did not answer in time. What was asked may have been done."""


class No(Exception):
    """The bank says no."""


class Bank:
    """Transfers by their number. `is_down` makes every call end without an answer."""

    def __init__(self):
        self.is_down = False
        self.refusals = 0  # how many of the next refunds are refused, as in a night of maintenance
        self.is_slow = False  # refunds are worked on after the caller has given up
        self.at_work = []
        self.unreadable = set()
        self.amounts, self.transfers, self.numbers = {}, {}, itertools.count(1)

    # what a shop's program can call

    def announce(self, reference, amount):
        self._answer()
        self.amounts[reference] = amount

    def transfer(self, number):
        self._answer()
        return self._shown(self.transfers[number]) if number in self.transfers else None

    def search(self, page, reference=None, since="", until="9"):
        self._answer()
        rows = [
            self._shown(row)
            for row in self.transfers.values()
            if (reference is None or row["reference"] == reference) and since <= row["changed_at"] <= until
        ]
        return {"rows": rows[(page - 1) * PAGE : page * PAGE], "total": len(rows), "pages": -(-len(rows) // PAGE)}

    def send_back(self, number, amount, left, note):
        """Send money back, if `left` is what is there: so a request that comes twice is done once."""
        self._answer()
        row = self.transfers.get(number)
        if self.refusals:
            self.refusals -= 1
            raise No("The bank is closed.")
        if row is None or row["state"] != "received":
            raise No("There is no money to send back.")
        if number in [waiting[0] for waiting in self.at_work]:
            raise No("AT_WORK")
        if left != row["amount"] - sum(back["amount"] for back in row["sent_back"]) or amount > left:
            raise No("Another amount is left.")
        if self.is_slow:
            self.at_work.append((number, amount, note))
            raise NoAnswer
        return self._sent_back(number, amount, note)

    # what the customer does, and the people at the bank's counter

    def order(self, reference, amount):
        if self.amounts.get(reference, amount) != amount:
            raise No("Another amount was announced.")
        number = f"T{next(self.numbers)}"
        self.transfers[number] = {"number": number, "reference": reference, "amount": amount, "sent_back": []}
        self._becomes(number, "ordered")
        return number

    def receive(self, number):
        self._becomes(number, "received")

    def refuse(self, number):
        self.transfers[number]["why"] = "잔액 부족"
        self._becomes(number, "refused")

    def send_back_at_the_counter(self, number, amount):
        self._sent_back(number, amount, "at the counter")

    def finish_work(self):
        at_work, self.at_work = self.at_work, []
        for number, amount, note in at_work:
            self._sent_back(number, amount, note)

    def _answer(self):
        if self.is_down:
            raise NoAnswer

    def _becomes(self, number, state):
        self.transfers[number] |= {"state": state, "changed_at": datetime.now(UTC).isoformat()}

    def _sent_back(self, number, amount, note):
        row = self.transfers[number]
        row["sent_back"].append({"id": f"B{next(self.numbers)}", "amount": amount, "note": note})
        row["changed_at"] = datetime.now(UTC).isoformat()
        return self._shown(row)

    def _shown(self, row):
        state = "?" if row["number"] in self.unreadable else row["state"]
        return {**row, "state": state, "sent_back": list(row["sent_back"])}
