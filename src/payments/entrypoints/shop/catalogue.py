"""What the shop sells. Prices are set here, never in a browser."""

import re
import secrets
from datetime import datetime
from typing import Final

import attrs

from payments.entrypoints.stories.words import Words


@attrs.frozen(kw_only=True)
class Plan:
    """A membership. `price` is in whole won; `perks` are shown in this order."""

    slug: str
    months: int
    price: int
    name: Words
    tagline: Words
    perks: tuple[Words, ...]
    favourite: bool = False

    @property
    def monthly(self) -> int:
        """The price of one month, in whole won."""
        return round(self.price / self.months)


PLANS: Final = (
    Plan(
        slug="month",
        months=1,
        price=12_000,
        name=Words("한 달 멤버십", "Monthly membership"),
        tagline=Words("가볍게 한 권부터", "Start with a single book"),
        perks=(
            Words("매달 책 한 권을 골라 보내 드립니다", "One book a month, picked for you"),
            Words("책방지기의 손편지", "A letter from the bookseller"),
        ),
    ),
    Plan(
        slug="season",
        months=3,
        price=33_000,
        name=Words("한 계절 멤버십", "Season membership"),
        tagline=Words("계절 하나를 책과 함께", "A whole season with books"),
        perks=(
            Words("매달 책 한 권과 손편지", "A book and a letter every month"),
            Words("책방 안 커피 한 잔 무료", "A free coffee at every visit"),
            Words("작가와의 저녁 모임 1회", "One evening with an author"),
        ),
        favourite=True,
    ),
    Plan(
        slug="year",
        months=12,
        price=99_000,
        name=Words("한 해 멤버십", "Yearly membership"),
        tagline=Words("열두 달, 열두 권", "Twelve months, twelve books"),
        perks=(
            Words("한 계절 멤버십의 모든 것", "Everything in the season membership"),
            Words("모든 책 10% 할인", "10% off every book"),
            Words("이름을 새긴 에코백", "A tote bag with your name"),
        ),
    ),
)

_ORDER: Final = re.compile(r"(month|season|year)-\d{8}-[0-9a-f]{10}")


def plan(slug: str) -> Plan | None:
    """Return the plan of that name."""
    return next((plan for plan in PLANS if plan.slug == slug), None)


def new_order(chosen: Plan, now: datetime) -> str:
    """Return a new order reference: the plan, the day, and enough randomness to be unique."""
    return f"{chosen.slug}-{now:%Y%m%d}-{secrets.token_hex(5)}"


def plan_of(order: str) -> Plan | None:
    """Return the plan of an order; None if the text is not an order of this shop."""
    return plan(order.partition("-")[0]) if _ORDER.fullmatch(order) else None
