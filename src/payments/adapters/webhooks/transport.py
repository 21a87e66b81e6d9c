"""An adapter of requests over a given connection. The certificate is checked against the host name."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Dial = Callable[[str, int], socket.socket]
_here = threading.local()


class _WithoutPath(logging.Filter):
    """Drops what urllib3 logs of a webhook at debug level: the path, which may be a token."""

    def filter(self, _: logging.LogRecord) -> bool:
        return not getattr(_here, "sending", False)


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutPath())


class _Dialled(HTTPConnection):
    def __init__(self, *args: Any, dial: Dial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial = dial

    def _new_conn(self) -> socket.socket:
        return self._dial(self._dns_host, self.port)


class _DialledTLS(_Dialled, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Dialled


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _DialledTLS


class DialledAdapter(HTTPAdapter):
    """Sends one request over one connection, without proxies, cookies, redirects or retries. It must be closed."""

    def __init__(self, dial: Dial, tls: ssl.SSLContext) -> None:
        super().__init__(max_retries=0)
        self._dial, self._tls = dial, tls
        self._pool: HTTPConnectionPool | None = None

    def send(self, *given: Any, **options: Any) -> requests.Response:
        _here.sending = True
        try:
            return super().send(*given, **options)
        finally:
            _here.sending = False

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *_: Any, **__: Any
    ) -> HTTPConnectionPool:
        parts = urlsplit(str(request.url))
        host = parts.hostname or ""
        if parts.scheme == "http":
            self._pool = _Pool(host, parts.port or 80, dial=self._dial)
        else:
            port, checked = parts.port or 443, "CERT_REQUIRED"
            self._pool = _TLSPool(host, port, dial=self._dial, ssl_context=self._tls, cert_reqs=checked)
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Do nothing: the TLS context has loaded the certificate authorities once for all requests."""

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
        super().close()
