"""A shop's page under a policy that allows the script and the frame of the sandbox and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def shop_page_of(page: str, script: str, sandbox_url: str) -> Iterator[str]:
    """Serve *page* at every path and *script* as `/shop.js`; `{sandbox}` in the page becomes *sandbox_url*."""
    policy = (
        f"default-src 'none'; script-src 'self' {sandbox_url}; frame-src {sandbox_url}; style-src 'none'; "
        "connect-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path.startswith("/shop.js")
            body = (script if is_script else page.replace("{sandbox}", sandbox_url)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
