"""Certifications: who a buyer proved to be in the window of `IMP.certification`; the simple form of it."""

import hashlib
from datetime import datetime, time
from typing import Any

import attrs

from payments.entrypoints.sandbox.clock import KOREA, Clock
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.ids import Ids

NO_CERTIFICATION = Refusal(404, -1, "인증결과가 존재하지 않습니다.")
OTP_DIGITS = 6


@attrs.frozen(kw_only=True)
class Certification:
    """One identity check; `certified` once the person confirmed."""

    imp_uid: str
    merchant_uid: str | None = None
    pg_provider: str = "danal"
    pg_tid: str | None = None
    name: str | None = None
    gender: str | None = None
    birth: int = 0
    birthday: str | None = None
    foreigner: bool = False
    phone: str | None = None
    carrier: str | None = None
    certified: bool = False
    certified_at: int = 0
    unique_key: str | None = None
    unique_in_site: str | None = None
    origin: str = ""
    m_redirect_url: str = attrs.field(default="", metadata={"hidden": True})
    otp: str = attrs.field(default="", repr=False, metadata={"hidden": True})
    """What the carrier texts to the person; shown under `/_sandbox/certifications`."""

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return attrs.asdict(self, filter=lambda field, _: not field.metadata.get("hidden"))


@attrs.define
class Certifications:
    """All identity checks of the store."""

    clock: Clock
    ids: Ids
    guesses: Guesses = attrs.field(factory=Guesses)
    rows: dict[str, Certification] = attrs.field(factory=dict, repr=False)

    def open(self, params: dict[str, Any], origin: str = "") -> Certification:
        """Open a window for what a page passed to `IMP.certification`."""
        row = Certification(
            imp_uid=self.ids.imp_uid(),
            merchant_uid=str(params["merchant_uid"]) if params.get("merchant_uid") else None,
            name=str(params.get("name") or "") or None,
            phone=str(params.get("phone") or "") or None,
            origin=origin,
            m_redirect_url=str(params.get("m_redirect_url") or ""),
        )
        return self.put(row)

    def request(self, params: dict[str, Any]) -> Certification:
        """Begin a check without a window: the carrier texts a one-time password.

        *params*: name, phone, merchant_uid, carrier; birthday (a date), gender, foreigner.
        """
        birth = int(datetime.combine(params["birthday"], time(), KOREA).timestamp())
        row = attrs.evolve(
            self.open(params),
            otp=self.ids.digits(OTP_DIGITS),
            birthday=params["birthday"].isoformat(),
            birth=birth,
            gender=params["gender"],
            foreigner=params["foreigner"],
            carrier=params["carrier"],
        )
        self.rows[row.imp_uid] = row
        return row

    def answer(self, imp_uid: str, otp: str) -> Certification:
        """Confirm it with the password. Raises CallRefused (400) for a wrong one, and if the check is over."""
        row = self.get(imp_uid)
        if row.certified or not row.otp:
            raise CallRefused(Refusal(400, -1, self.guesses.otp_over_text))
        if otp != row.otp:
            raise CallRefused(Refusal(400, -1, self.guesses.otp_wrong_text))
        return self.confirm(imp_uid, row.name or "", row.birthday or "", row.phone or "")

    def all(self) -> list[Certification]:
        """Return all of them, oldest first."""
        return list(self.rows.values())

    def put(self, row: Certification) -> Certification:
        """Store a new check; one that is stored already stays as it is."""
        if row.imp_uid not in self.rows:
            self.rows[row.imp_uid] = row
        return self.rows[row.imp_uid]

    def get(self, imp_uid: str) -> Certification:
        """Return a check. Raises CallRefused (404) if there is none."""
        if imp_uid not in self.rows:
            raise CallRefused(NO_CERTIFICATION)
        return self.rows[imp_uid]

    def confirm(self, imp_uid: str, name: str, birthday: str, phone: str) -> Certification:
        """The person confirms; the same person has the same `unique_key` each time."""
        row = self.get(imp_uid)
        if row.certified:
            raise NotPossible(f"{imp_uid} is certified already")
        if not (name and phone):
            raise NotPossible("a name and a phone number are needed")
        person = hashlib.sha256(f"{name}|{birthday}|{phone}".encode()).hexdigest()
        changed = attrs.evolve(
            row,
            name=name,
            birthday=birthday or None,
            phone=phone,
            carrier=row.carrier or "SKT",
            pg_tid=self.ids.digits(20),
            certified=True,
            certified_at=self.clock.now(),
            unique_key=person,
            unique_in_site=person[:32],
        )
        self.rows[imp_uid] = changed
        return changed

    def forget(self, imp_uid: str) -> Certification:
        """Delete a check, as DELETE does; return what it was."""
        row = self.get(imp_uid)
        del self.rows[imp_uid]
        return row
