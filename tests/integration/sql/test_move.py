"""copy_database: everything arrives, or nothing does."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, a_report, fresh, issued, paid, payments, told, with_refund
from hypothesis import HealthCheck, Phase, given, settings

from payments.adapters.sql import move
from payments.adapters.sql.engine.failures import StoreRefused, WrongMode, WrongSchema
from payments.adapters.sql.move import CopyDiffers, NotEmpty, Tally, copy_database
from payments.adapters.sql.schema.naming import metadata
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.access import ApiKey, Hint, KeptAnswer
from payments.domain.books.comparison import Comparison
from payments.domain.books.search import Filter
from payments.domain.books.settlement import Settlement
from payments.domain.errors import MerchantIdTaken
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction, AuditDraft
from payments.domain.people.operators import Operator, Session
from payments.domain.refunding import begin_send, refuse
from payments.domain.values import GatewayId, Mode
from payments.entrypoints.blocking import run
from payments.testing.looking import everything_of


@pytest.fixture
def sqlite_target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'target.db'}"


@pytest.fixture(params=["out", "back"])
def ways(request: pytest.FixtureRequest, sqlite_url: str, sqlite_target: str) -> tuple[str, str]:
    """From SQLite to PostgreSQL without tables, and from PostgreSQL to SQLite without a file."""
    if request.param == "out":
        return sqlite_url, request.getfixturevalue("postgresql_url")
    return request.getfixturevalue("migrated_url"), sqlite_target


LOST = (GatewayId("lost_1"), GatewayId("lost.2"))


def everything_new() -> Payment:
    """Return a payment with a value in every column that is mostly empty."""
    payment = issued(a_payment(), gateway_id=fresh("vbank")).with_unreadable("row 2", NOON, "sweep")
    payment = paid(payment, gateway_id=fresh("imp"))
    payment = payment.with_deposit_left_open(payment.deposits_to_revoke[0].gateway_id, NOON, "not now")
    payment = told(payment, a_report(payment, gateway_id=fresh("imp"), mode=Mode.LIVE))  # of the wrong mode
    payment = told(payment, a_report(payment, gateway_id=fresh("imp")), stray_refund=fresh("r"))  # a duplicate
    payment = refuse(payment, payment.open_refunds[0], NOON, "not now")
    payment = begin_send(payment, payment.open_refunds[0], NOON)
    return payment.check_failed_at(NOON, outage=True)


def fill(url: str) -> list[Payment]:
    """Store a bit of everything, and return the payments."""
    store = open_store(url, Mode.TEST)

    @settings(max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(payments())
    def lives(payment: Payment) -> None:
        run(store.payments.add(payment))

    lives()
    run(store.payments.add(with_refund(paid(a_payment()))))
    run(store.payments.add(everything_new()))
    for gateway_id in LOST:
        orphan = Orphan.found(a_report(gateway_id=gateway_id), NOON, "test").held("a gift", NOON, "shop:kim")
        run(store.orphans.update(orphan.gateway_id, lambda _, orphan=orphan: orphan))
    run(store.hints.add_hint(Hint(gateway_id=GatewayId("imp_stranger")), NOON))
    run(store.payments.move_reconciled_until(NOON))
    run(store.api_keys.add_key(ApiKey(name="server", prefix="pk", created_at=NOON), "d" * 64))
    run(store.people.operators.add(Operator(name="kim", password="$", created_at=NOON)))
    run(store.people.operators.begin_session(Session(digest="d", operator="kim", created_at=NOON, seen_at=NOON)))
    compared = {"since": NOON, "until": NOON, "started_at": NOON, "finished_at": NOON}
    run(store.comparisons.add(Comparison(id="c-1", by="shop:cron", **compared)))
    settled = {"file": "payout.csv", "currency": "KRW", "since": NOON, "until": NOON + timedelta(days=30)}
    run(store.settlements.add(Settlement(id="s-1", by="shop:cron", compared_at=NOON, **settled)))
    run(store.people.audit.append(AuditDraft(at=NOON, by="operator:kim", action=AuditAction.REFUND)))
    run(store.idempotency_keys.claim_key("s", "k", "f", NOON, NOON + timedelta(1)))
    run(store.idempotency_keys.keep_answer("s", "k", KeptAnswer(status=201, body=b"\x00\xff")))
    [message, *_] = run(store.outbox.claim(NOON + timedelta(days=80_000), NOON, 1))
    run(store.outbox.bury(message.id, "410"))
    stored = list(run(store.payments.page(Filter(), None, 1_000)))
    store.close()
    return stored


def rows(url: str) -> dict[str, int]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if sa.inspect(connection).has_table(table.name)
        }
    engine.dispose()
    return found


def test_everything_arrives_both_ways(ways: tuple[str, str]) -> None:
    source_url, target_url = ways
    stored = fill(source_url)
    progress: list[tuple[str, int]] = []
    counts = copy_database(source_url, target_url, lambda table, done: progress.append((table, done)))
    assert counts == rows(source_url) == rows(target_url)
    assert set(counts) == {table.name for table in metadata.sorted_tables}
    assert min(counts.values()) >= 1, "a table without rows shows nothing"
    assert set(progress) == set(counts.items())
    source, target = open_store(source_url, Mode.TEST), open_store(target_url, Mode.TEST)
    for payment in stored:
        kept = everything_of(source, payment.merchant_id)
        assert everything_of(target, payment.merchant_id) == kept
        assert kept[0] == payment
    assert target.prefix == source.prefix
    for gateway_id in LOST:
        orphan = run(target.orphans.find(gateway_id))
        assert orphan is not None
        assert orphan == run(source.orphans.find(gateway_id))
    for store in (source, target):
        assert run(store.payments.reconciled_until()) == NOON
        assert [letter.error for letter in run(store.outbox.dead(10))] == ["410"]
        answer = run(store.idempotency_keys.claim_key("s", "k", "f", NOON, NOON))
        assert answer == KeptAnswer(status=201, body=b"\x00\xff")
        assert run(store.api_keys.find_key("d" * 64)) is not None
        store.close()


def test_the_copy_keeps_the_rules(sqlite_url: str, sqlite_target: str) -> None:
    """Fails where the target was made without its constraints."""
    [payment, *_] = fill(sqlite_url)
    copy_database(sqlite_url, sqlite_target)
    target = open_store(sqlite_target, Mode.TEST)
    with pytest.raises(MerchantIdTaken):
        run(target.payments.add(a_payment(merchant_id=payment.merchant_id)))
    target.close()


def test_the_copy_is_stamped_like_its_source(sqlite_url: str, sqlite_target: str) -> None:
    fill(sqlite_url)
    copy_database(sqlite_url, sqlite_target)
    with pytest.raises(WrongMode):
        open_store(sqlite_target, Mode.LIVE)


def test_a_target_with_payments_is_refused(sqlite_url: str, migrated_url: str) -> None:
    fill(sqlite_url)
    open_store(migrated_url, Mode.TEST).close()  # stamps it, no more
    before = rows(migrated_url)
    with pytest.raises(NotEmpty):
        copy_database(sqlite_url, migrated_url)
    assert rows(migrated_url) == before


def test_a_database_is_not_copied_onto_itself(sqlite_url: str) -> None:
    fill(sqlite_url)
    before = rows(sqlite_url)
    with pytest.raises(StoreRefused):
        copy_database(sqlite_url, sqlite_url)
    assert rows(sqlite_url) == before


def test_a_source_without_tables_is_refused(tmp_path: Path, sqlite_target: str) -> None:
    (tmp_path / "nothing.db").touch()
    with pytest.raises(WrongSchema, match="payments db upgrade"):
        copy_database(f"sqlite:///{tmp_path / 'nothing.db'}", sqlite_target)


def test_a_copy_that_differs_is_not_kept(ways: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One won more in one row of the target: nothing of the copy stays."""
    source_url, target_url = ways
    fill(source_url)
    copied = move._copy_table

    def slipping(table: sa.Table, reader: sa.Connection, target: sa.Connection, progress: move.Progress) -> Tally:
        tally = copied(table, reader, target, progress)
        if table.name == "pkr_attempts":
            target.exec_driver_sql(
                "UPDATE pkr_attempts SET note = 'x' WHERE gateway_id = (SELECT min(gateway_id) FROM pkr_attempts)"
            )
        return tally

    monkeypatch.setattr(move, "_copy_table", slipping)
    with pytest.raises(CopyDiffers, match="attempts"):
        copy_database(source_url, target_url)
    assert sum(rows(target_url).values()) == 0


def test_an_interrupted_copy_is_not_kept(ways: tuple[str, str]) -> None:
    source_url, target_url = ways
    fill(source_url)

    def give_up(table: str, _: int) -> None:
        if table == "pkr_refunds":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source_url, target_url, give_up)
    assert sum(rows(target_url).values()) == 0


@pytest.mark.parametrize(
    ("change", "money"), [({"price": 12_001}, True), ({"status": "failed"}, True), ({"name": "x"}, False)]
)
def test_a_tally_notices_any_difference(sqlite_store: SqlStore, change: dict[str, object], money: bool) -> None:
    table = metadata.tables["pkr_payments"]
    run(sqlite_store.payments.add(a_payment()))

    def tallied() -> Tally:
        return sqlite_store.database.read(lambda connection: move._tally(table, connection))

    before = tallied()
    sqlite_store.database.write(lambda connection: connection.execute(sa.update(table).values(**change)))
    after = tallied()
    assert after.rows == before.rows
    assert after.checksum != before.checksum
    assert (after.sums != before.sums) is money
