"""Over TLS: the certificate is checked before anything is sent, and the deadline holds as it does without."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from integration.iamport.scripted import Scripted, drip, granted, http
from support.patience import given_time
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.domain.errors import NotSent, Unknown
from payments.domain.values import GatewayId
from payments.entrypoints.blocking import run

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

GatewayTo = Callable[..., IamportGateway]
IMP = GatewayId("imp_056607798398")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody has reason to trust, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
    )
    signed = unsigned.sign(key, hashes.SHA256())
    path = tmp_path / "provider.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("payments.adapters.http_wire.loop_transport._trusted", lambda: ours)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))


def test_keys_are_not_sent_without_a_trusted_certificate(gateway_to: GatewayTo, tls: ssl.SSLContext) -> None:
    with Scripted(granted(a_row()), tls=tls) as server:
        with pytest.raises(NotSent):
            run(gateway_to(server).find(IMP))
        assert server.seen == []


@pytest.mark.usefixtures("trusted")
def test_a_provider_with_a_trusted_certificate_is_called(gateway_to: GatewayTo, tls: ssl.SSLContext) -> None:
    with Scripted(granted(a_row()), tls=tls) as server:
        gateway = gateway_to(server)
        for _ in range(3):
            assert run(gateway.find(IMP)) is not None
        assert server.connections == 1


@pytest.mark.usefixtures("trusted")
def test_a_slow_answer_ends_at_the_deadline(gateway_to: GatewayTo, tls: ssl.SSLContext) -> None:
    def ends(deadline: float) -> None:
        with Scripted(drip(http(200, b" " * 10_000), 0.02), tls=tls) as server, pytest.raises(Unknown):
            run(gateway_to(server, deadline=deadline).find(IMP))

    given_time(ends)
