"""HttptoolsHeadDeadline: uvicorn's protocol over httptools, which parses in C, with the limits of a head."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from payments.entrypoints.http.edge.head_deadline import MAX_HEAD_SIZE, HeadDeadline


class HttptoolsHeadDeadline(HeadDeadline, HttpToolsProtocol):  # type: ignore[misc]  # typed as a transport there
    """httptools collects a head of any size, so the bytes outside the body are counted here, as h11 does itself."""

    _outside_body = 0
    _begun = False

    def data_received(self, data: bytes) -> None:
        if self.is_turned_away:
            return
        self._outside_body += len(data)
        super().data_received(data)
        self._outside_body = max(self._outside_body, 0)  # a body that came with its head is no credit
        if self._outside_body <= MAX_HEAD_SIZE or self.transport.is_closing():
            return
        if self.is_answering:
            self.transport.close()  # a response of ours must not end in the middle of another
        else:
            self.send_400_response("The request head is too large.")

    def on_message_begin(self) -> None:
        self._outside_body = 0  # what follows it in the same read is not counted
        self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.announce()

    def on_message_complete(self) -> None:
        self._begun = False
        super().on_message_complete()

    @property
    def is_between_requests(self) -> bool:
        return self.cycle is not None and not self._begun

    def on_body(self, body: bytes) -> None:
        self._outside_body -= len(body)
        super().on_body(body)
