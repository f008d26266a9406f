"""A store that speaks S3, on 127.0.0.1: moto's server. What lies in it stays while it is switched off."""

import itertools
import threading
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import botocore.session

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what its own imports grumble about
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

_numbers = itertools.count(1)
ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"


class _Silent(WSGIRequestHandler):
    def log(self, *args):
        pass


@dataclass(eq=False)
class S3Server:
    """`requests` are (method, path)."""

    port: int = 0
    requests: list = field(default_factory=list)
    broken: Any = None
    _server: Any = None
    _thread: Any = None

    def start(self):
        application = DomainDispatcherApplication(create_backend_app)

        def watched(environ, start_response):
            self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if self.broken is not None:
                start_response(self.broken, [("Content-Type", "application/xml")])
                return [b"<Error><Code>SlowDown</Code><Message>later</Message></Error>"]
            return application(environ, start_response)

        self._server = make_server("127.0.0.1", self.port, watched, threaded=True, request_handler=_Silent)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def stop(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def client(self):
        return botocore.session.get_session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
        )

    def new_bucket(self):
        name = f"balcao-{next(_numbers)}"
        self.client.create_bucket(Bucket=name)
        return name

    def keys(self, bucket):
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=bucket).get("Contents", ())]
