"""A client of HTTP/2 over h2c, by the library h2: one case a line, on its standard output.

usage: second-opinion.py PORT CASE
"""

import socket
import sys

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

SIZE = 300_000


class Client:
    def __init__(self, port, check=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=check,
            normalize_outbound_headers=check,
        )
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.streams = {}
        self.events = []
        self.ended = None
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def ask(self, method, path, body=None, fields=()):
        stream = self.h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path)]
        self.h2.send_headers(stream, head + list(fields), end_stream=body is None)
        self.streams[stream] = {"status": None, "fields": {}, "body": b"", "over": None}
        self.flush()
        if body is not None:
            self.send(stream, body)
        return stream

    def send(self, stream, body):
        at = 0
        while at < len(body):
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(body) - at)
            if room == 0:
                self.read()
                continue
            self.h2.send_data(stream, body[at : at + room])
            at += room
            self.flush()
        self.h2.end_stream(stream)
        self.flush()

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            self.ended = self.ended or "closed"
            return
        for event in self.h2.receive_data(data):
            self.events.append(event)
            seen = self.streams.get(getattr(event, "stream_id", None))
            if isinstance(event, h2.events.ResponseReceived):
                seen["fields"] = dict(event.headers)
                seen["status"] = seen["fields"][":status"]
            elif isinstance(event, h2.events.DataReceived):
                seen["body"] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                seen["over"] = seen["over"] or "ended"
            elif isinstance(event, h2.events.StreamReset):
                seen["over"] = "reset %d" % event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.ended = "goaway %d" % event.error_code
        self.flush()

    def until(self, done):
        while not done() and self.ended is None:
            self.read()

    def answer(self, stream):
        seen = self.streams[stream]
        self.until(lambda: seen["over"])
        return "%s %s %d" % (seen["status"], seen["over"] or self.ended, len(seen["body"]))

    def raw(self, frame):
        self.socket.sendall(bytes.fromhex(frame))
        self.until(lambda: False)
        return self.ended


def page(client):
    return client.answer(client.ask("GET", "/page.html"))


def many(client):
    streams = [client.ask("GET", "/page.html" if index % 2 else "/none") for index in range(60)]
    return sorted({client.answer(stream) for stream in streams})


def large(client):
    return client.answer(client.ask("GET", "/large.bin"))


def head(client):
    stream = client.ask("HEAD", "/page.html")
    return client.answer(stream), client.streams[stream]["fields"]["content-length"]


def upload(client):
    stored = client.answer(client.ask("POST", "/up/opinion.bin", b"u" * SIZE))
    return stored.split()[:2], client.answer(client.ask("GET", "/up/opinion.bin"))


def padded(client):
    stream = client.ask("POST", "/up/padded.bin", b"")
    return client.answer(stream).split()[:2]


def trailers(client):
    stream = client.h2.get_next_available_stream_id()
    fields = [(":method", "POST"), (":scheme", "http"), (":authority", "localhost"), (":path", "/up/trailed.bin")]
    client.h2.send_headers(stream, fields)
    client.streams[stream] = {"status": None, "fields": {}, "body": b"", "over": None}
    client.h2.send_data(stream, b"content", pad_length=200)
    client.h2.send_headers(stream, [("x-trailer", "yes")], end_stream=True)
    client.flush()
    return client.answer(stream).split()[:2], client.answer(client.ask("GET", "/up/trailed.bin"))


def reset(client):
    stream = client.ask("GET", "/large.bin")
    client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
    client.flush()
    return page(client)


def ping(client):
    client.h2.ping(b"12345678")
    client.flush()
    acks = lambda: [e for e in client.events if isinstance(e, h2.events.PingAckReceived)]
    client.until(acks)
    return acks()[0].ping_data.decode()


def settings(client):
    client.h2.update_settings({1: 0, 4: 20_000, 5: 20_000})
    client.flush()
    client.until(lambda: [e for e in client.events if isinstance(e, h2.events.SettingsAcknowledged)])
    return large(client)


def connection_field(client):
    return client.answer(client.ask("GET", "/page.html", fields=[("connection", "close")])), page(client)


def upper_case(client):
    return client.answer(client.ask("GET", "/page.html", fields=[("X-Upper", "no")])), page(client)


def even_stream(client):
    return client.raw("000003010500000002828684")


def data_on_idle(client):
    return client.raw("0000010000000000096f")


def window_of_zero(client):
    return client.raw("00000408000000000000000000")


def push_promise(client):
    return client.raw("00000405040000000100000002")


def large_frame(client):
    return client.raw("004001000000000001")


def bad_block(client):
    return client.raw("000001010500000001" + "80")


CASES = {case.__name__: case for case in (
    page, many, large, head, upload, padded, trailers, reset, ping, settings, connection_field, upper_case,
    even_stream, data_on_idle, window_of_zero, push_promise, large_frame, bad_block,
)}
UNCHECKED = (connection_field, upper_case)

for name, case in CASES.items():
    try:
        print(name, case(Client(int(sys.argv[1]), case not in UNCHECKED)), flush=True)
    except (h2.exceptions.ProtocolError, OSError) as error:
        print(name, "BROKEN", repr(error), flush=True)
