"""Large refunds over HTTP: one API key asks, another one approves."""

import attrs
from support.api import api_settings, running_api, slug


def test_another_key_must_approve_a_large_refund() -> None:
    with running_api(settings=attrs.evolve(api_settings(), second_person_above=4_000)) as api:
        payment, _ = api.paid()
        path = f"/payments/{payment['merchant_id']}/refunds"
        asked = api.post(path, {"reason": "r", "amount": 5_000}, headers=api.shop)
        assert (asked.status_code, asked.json()["awaits_approval"], asked.json()["status"]) == (202, True, "open")
        refund = f"{path}/{asked.json()['id']}"
        same = api.post(f"{refund}/approve", headers=api.shop)  # another key of the same name
        assert (same.status_code, slug(same)) == (403, "second-person-needed")
        assert api.stored(payment["merchant_id"]).refunded == 0
        rejected = api.post(f"{refund}/reject", headers=api.shop)
        assert (rejected.status_code, rejected.json()["status"]) == (200, "refused")


def test_what_was_approved_is_sent() -> None:
    with running_api(settings=attrs.evolve(api_settings(), second_person_above=4_000)) as api:
        payment, _ = api.paid()
        path = f"/payments/{payment['merchant_id']}/refunds"
        asked = api.post(path, {"reason": "r", "amount": 5_000}, headers=api.shop)
        other = api.key("another server")
        done = api.post(f"{path}/{asked.json()['id']}/approve", headers=other)
        assert (done.status_code, done.json()["status"], done.json()["awaits_approval"]) == (201, "done", False)
        assert api.stored(payment["merchant_id"]).refunded == 5_000
