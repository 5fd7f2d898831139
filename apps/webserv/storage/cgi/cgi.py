#!/usr/bin/env python3
"""Shows what a CGI script is given (RFC 3875) and answers in each of the ways that it may.

With ?stream=N the page arrives line by line, with ?status=N under another status, with ?go=/path it is a local
redirect: the server answers with that page instead.
"""

import hashlib
import os
import re
import sys
import time
from email.parser import BytesParser
from email.policy import HTTP
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qsl

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · webserv</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top wrap">
  <a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28">webserv</a>
  <nav aria-label="Site"><a href="/cgi_1">Back to the forms</a></nav>
</header>
<main class="wrap narrow page">
"""
END = """</main>
</body>
</html>
"""

# What the script itself was told, first; then the header fields of the request; then what the process has besides.
META = (
    "AUTH_TYPE CONTENT_LENGTH CONTENT_TYPE GATEWAY_INTERFACE PATH_INFO PATH_TRANSLATED QUERY_STRING REMOTE_ADDR "
    "REMOTE_HOST REMOTE_IDENT REMOTE_USER REQUEST_METHOD SCRIPT_NAME SERVER_NAME SERVER_PORT SERVER_PROTOCOL "
    "SERVER_SOFTWARE"
).split()
MOST_LINES = 20
# A path with or without a query. Two slashes in front would name another host.
LOCAL = re.compile(r"/(?:[!-.0-~][!-~]*)?")


def text(value):
    """HTML text of anything, also of bytes of the environment that are no UTF-8."""
    return escape(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def write(*parts):
    for part in parts:
        sys.stdout.buffer.write(part.encode("utf-8", "replace"))


def head(status=None, kind="text/html; charset=utf-8"):
    """The head of a document response. Its lines end in CRLF, as they do on the wire."""
    if status is not None:
        write(f"Status: {status.value} {status.phrase}\r\n")
    write(f"Content-Type: {kind}\r\nCache-Control: no-store\r\n\r\n")


def number(value):
    """The number that a text is, or None. str.isdigit alone would take digits that int does not."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def status_of(value):
    """The status with that number, or None: for no such status, and for those that have no page."""
    try:
        status = HTTPStatus(number(value))
    except ValueError:
        return None
    return None if status < 200 or status in (204, 205, 304) else status


def read_body():
    """Exactly CONTENT_LENGTH bytes: a script must not count on the end of its input (RFC 3875 section 4.2)."""
    length = number(os.environ.get("CONTENT_LENGTH", "")) or 0
    return sys.stdin.buffer.read(length)


def form_fields(kind, body):
    """(name, value) of each field; of a file its name, type, size and hash."""
    if kind.startswith("application/x-www-form-urlencoded"):
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if not kind.startswith("multipart/form-data"):
        return []
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("utf-8", "replace") + b"\r\n\r\n" + body)
    fields = []
    for part in message.iter_parts() if message.is_multipart() else []:
        name = part.get_param("name", "", "content-disposition")
        data = part.get_payload(decode=True) or b""
        file = part.get_filename()
        if file is None:
            fields.append((name, data.decode("utf-8", "replace")))
        elif file or data:
            digest = hashlib.sha256(data).hexdigest()
            fields.append((name, f"{file or 'no name'} ({part.get_content_type()}, {len(data)} bytes, sha256 {digest})"))
    return fields


def table(title, rows):
    rows = list(rows)
    write(f"<h2>{escape(title)}</h2>\n")
    if not rows:
        write('<p class="dim">None.</p>\n')
        return
    write('<div class="scroll"><table class="env">\n')
    for name, value in rows:
        shown = text(value) if value != "" else '<span class="dim">empty</span>'
        write(f"<tr><th scope=\"row\">{text(name)}</th><td>{shown}</td></tr>\n")
    write("</table></div>\n")


def echo(query, status):
    environment = dict(os.environ)
    body = read_body()
    kind = environment.get("CONTENT_TYPE", "")
    head(status)
    if environment.get("REQUEST_METHOD") == "HEAD":
        return
    write(PAGE.format(title="What the script was given"))
    method = environment.get("REQUEST_METHOD", "")
    write(f'<p class="over">{text(method)} {text(environment.get("SCRIPT_NAME", ""))}</p>\n')
    write("<h1>What the script was given</h1>\n")
    table("Fields of the query", query)
    if body or method == "POST":
        table("Fields of the body", form_fields(kind, body))
        digest = hashlib.sha256(body).hexdigest()
        table("The body", [("bytes", len(body)), ("sha256", digest), ("begins with", repr(body[:200]))])
    table("Meta-variables", ((name, environment.get(name, "(not set)")) for name in META))
    table("Header fields", sorted(pair for pair in environment.items() if pair[0].startswith("HTTP_")))
    others = (pair for pair in environment.items() if pair[0] not in META and not pair[0].startswith("HTTP_"))
    table("Else", [*sorted(others), ("working directory", os.getcwd())])
    write(END)


def stream(lines):
    head()
    if os.environ.get("REQUEST_METHOD") == "HEAD":
        return
    write(PAGE.format(title="Line by line"), "<h1>Line by line</h1>\n")
    write(f'<p class="lead">{lines} lines, two a second. Each is sent when it is written.</p>\n<ol class="mono">\n')
    for line in range(lines):
        write(f"<li>{time.strftime('%H:%M:%S')}, line {line + 1} of {lines}</li>\n")
        sys.stdout.flush()
        if line + 1 < lines:
            time.sleep(0.5)
    write("</ol>\n<p>Done.</p>\n", END)


def answer():
    query = parse_qsl(os.environ.get("QUERY_STRING", ""), keep_blank_values=True)
    wish = dict(query)
    target = wish.get("go", "")
    if LOCAL.fullmatch(target):
        # RFC 3875 section 6.2.2: a path, and no other field beside it.
        write(f"Location: {target}\r\n\r\n")
        return
    lines = number(wish.get("stream", ""))
    if lines:
        stream(min(lines, MOST_LINES))
        return
    echo(query, status_of(wish.get("status", "")))


def main():
    try:
        answer()
        sys.stdout.flush()
    except BrokenPipeError:
        # The client has gone. Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
