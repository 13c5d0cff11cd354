"""A real HTTP server on this machine that can be told to misbehave."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server holds, how it serves it, and what it was asked for.

    Attributes
    ----------
    files : dict of str to bytes
        Content by file name; anything else is answered with 404.
    breaks : int
        How many more answers are cut off after half of their bytes.
    honours_range : bool
        Whether it continues where it is asked to, or always sends everything.
    states_length : bool
        Whether an answer says how long it is.
    stalls : bool
        Whether it takes requests and sends nothing.
    status : int, optional
        Answered to every request.
    bytes_per_s : float, optional
        Speed limit.
    requests : list of (str, str or None)
        File name and Range header of each request so far.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    breaks: int = 0
    honours_range: bool = True
    states_length: bool = True
    stalls: bool = False
    status: int | None = None
    bytes_per_s: float | None = None
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers GET as the server's behaviour says."""

    def do_GET(self) -> None:
        behaviour: Behaviour = self.server.behaviour
        name = self.path.rpartition("/")[2]
        wanted = self.headers.get("Range")
        behaviour.requests.append((name, wanted))
        if behaviour.stalls:
            behaviour.closing.wait()
            return
        if behaviour.status or name not in behaviour.files:
            self.send_error(behaviour.status or 404)
            return
        self.send_content(behaviour, behaviour.files[name], wanted)

    def send_content(self, behaviour: Behaviour, content: bytes, wanted: str | None) -> None:
        start = 0
        if wanted and behaviour.honours_range:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        rest = content[start:]
        if behaviour.states_length:
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if behaviour.breaks:
            behaviour.breaks -= 1
            rest = rest[: len(rest) // 2]
        self.send_slowly(rest, behaviour.bytes_per_s)

    def send_slowly(self, content: bytes, bytes_per_s: float | None) -> None:
        step = len(content) if bytes_per_s is None else max(1, int(bytes_per_s / 50))
        for start in range(0, len(content), max(1, step)):
            self.wfile.write(content[start : start + step])
            if bytes_per_s:
                time.sleep(1 / 50)

    def log_message(self, *_: object) -> None:
        """Say nothing; tests read `Behaviour.requests`."""


class Server(ThreadingHTTPServer):
    """Knows its behaviour; clients that go away are no error here."""

    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour

    def handle_error(self, *_: object) -> None:
        """Leave broken connections unreported."""


@contextmanager
def serve(behaviour: Behaviour) -> Iterator[str]:
    """Run a server; give its address."""
    server = Server(behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/raw"
    finally:
        behaviour.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
