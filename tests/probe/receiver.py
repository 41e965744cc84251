"""The other side: counts what arrives, by row, and knows what it has."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK_SECONDS = 0.03  # before and after it keeps what it was sent


class Receiver:
    """`/webhook/…` and `/queryable/…` keep every copy, `/keyed/…` one of each key."""

    def __init__(self) -> None:
        self.copies: Counter[str] = Counter()
        self.mails: list[EmailMessage] = []
        self.lock = threading.Lock()

    def take(self, path: str, key: str) -> None:
        time.sleep(WORK_SECONDS)
        with self.lock:
            if not (path.startswith("/keyed/") and self.copies[key]):
                self.copies[key] += 1
        time.sleep(WORK_SECONDS)


@contextmanager
def listening() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self.path, self.key())
            self.say(200, "kept")

        def do_GET(self) -> None:
            self.say(200 if receiver.copies[self.key()] else 404, "kept")

        def key(self) -> str:
            return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["key"])

        def say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
