"""A real daemon and a real collector of OTLP over HTTP: one trace per interaction, from the accept to the dispatch."""

import gzip
import http.client
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from channels.signing import SigningKey, sign
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import chat_body, send_mail

CALLER = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


class Collector(ThreadingHTTPServer):
    """Keeps every span that it is sent; `code` is what it answers."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans, self.services, self.code = [], set(), 200

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    def trace(self, span):
        return [one for one in self.spans if one.trace_id == span.trace_id]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
        if self.server.code == 200:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.server.services |= {
                    one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
                }
                for scope in resource.scope_spans:
                    self.server.spans += scope.spans
        self.send_response(self.server.code)
        self.end_headers()

    def log_message(self, *_words):
        pass


@contextmanager
def collecting():
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()


@pytest.fixture(scope="module")
def collector():
    with collecting() as made:
        yield made


@pytest.fixture(scope="module")
def daemon(collector, tmp_path_factory):
    extra = f"traces: http://127.0.0.1:{collector.server_port}"
    made = Daemon(tmp_path_factory.mktemp("traced"), extra=extra).start()
    yield made
    made.stop()


def call(daemon, mark, **headers):
    body = json.dumps(chat_body(mark)).encode()
    signed = sign(SigningKey.from_text(daemon.secret()), message_id=mark, body=body, now=time.time())
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["public"], timeout=30)
    try:
        connection.request("POST", "/hooks/site", body, signed | {"Content-Type": "application/json"} | headers)
        answer = connection.getresponse()
        assert answer.status // 100 == 2
        return json.loads(answer.read())["id"]
    finally:
        connection.close()


def attributes(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_mail_is_one_trace_from_the_accept_to_the_acknowledgement(daemon, collector):
    send_mail(daemon.ports["smtp"], "carta", sender="joana@segredo.example")
    dispatch = wait_for(lambda: collector.named("dispatch"), what="the span of the acknowledgement")[0]
    names = {"accept", "wait", "decode", "conversations", "triage", "acknowledge", "commit", "dispatch"}
    wait_for(lambda: names <= {span.name for span in collector.trace(dispatch)}, what="the whole trace")
    trace = collector.trace(dispatch)
    (root,) = [span for span in trace if not span.parent_span_id]

    assert root.name == "accept"
    assert {span.parent_span_id for span in trace if span is not root} == {root.span_id}
    assert len({span.span_id for span in trace}) == len(trace)
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in trace)
    assert root.start_time_unix_nano <= dispatch.start_time_unix_nano
    (commit,) = [span for span in trace if span.name == "commit"]
    assert attributes(commit)["balcao.ticket"] == attributes(dispatch)["balcao.ticket"]
    assert attributes(commit)["balcao.ticket"] in {ticket["number"] for ticket in daemon.tickets()}
    assert collector.services == {"balcao"}
    assert not any(word in str(collector.spans) for word in ("joana", "segredo", "Pedido", "boleto", "suporte@"))


def test_the_trace_of_a_webhooks_caller_is_linked_and_never_joined(daemon, collector):
    raw_id = call(daemon, "ligado", traceparent=f"00-{CALLER[0]}-{CALLER[1]}-01")
    crooked = call(daemon, "torto", traceparent="00-zz-zz-01")

    def accepted():
        return {attributes(span)["balcao.entry"]: span for span in collector.named("accept")}

    wait_for(lambda: {raw_id, crooked} <= accepted().keys(), what="both calls")
    accepts = accepted()
    (link,) = accepts.pop(raw_id).links

    assert (link.trace_id.hex(), link.span_id.hex()) == CALLER
    assert not any(span.links for span in accepts.values())
    assert CALLER[0] not in {span.trace_id.hex() for span in collector.spans}


@pytest.fixture
def refused(tmp_path):
    """A daemon and a collector of their own, which are stopped."""
    with collecting() as collector:
        daemon = Daemon(tmp_path, extra=f"traces: http://127.0.0.1:{collector.server_port}").start()
        yield daemon, collector
        daemon.stop()


def test_a_collector_that_refuses_or_is_away_disturbs_nobody(refused):
    """Mail is answered as fast as ever, one line in the log says so, and the end waits for nobody."""
    daemon, collector = refused
    collector.code = 400
    before = daemon.metrics()["balcao_accept_to_ticket_seconds_count"]
    for number in range(5):
        send_mail(daemon.ports["smtp"], f"sem-{number}")
    wait_for(lambda: daemon.metrics()["balcao_accept_to_ticket_seconds_count"] >= before + 5, what="five tickets")
    (line,) = wait_for(lambda: daemon.logged("traces_not_exported"), what="the line in the log")
    collector.server_close()
    send_mail(daemon.ports["smtp"], "ausente")

    assert line["level"] == "warning"
    assert daemon.get("/readyz")["ready"]
    began = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - began < 15
    assert len(daemon.logged("traces_not_exported")) == 1
