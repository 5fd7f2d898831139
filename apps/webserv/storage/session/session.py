#!/usr/bin/env python3
"""A session: signs in, counts visits, signs out.

The cookie is a random token and nothing else. What is known of its holder lies in a file whose name is a hash of
the token, so that reading the folder gives nobody a session.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import sys
import time
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

FOLDER = Path(__file__).resolve().parent.parent / "temp" / "sessions"
COOKIE = "webserv_session"
TOKEN = re.compile(r"[0-9a-f]{32}")
LIFE = 30 * 60
MOST_NAME = 40
MOST_BODY = 4096

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session · webserv</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top wrap">
  <a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28">webserv</a>
  <nav aria-label="Site"><a href="/session">About this page</a></nav>
</header>
<main class="wrap narrow page">
<p class="over">{method} {script}</p>
{body}
</main>
</body>
</html>
"""

WELCOME = """<h1>Who are you?</h1>
<p class="lead">Nobody is signed in here.</p>
<form class="card" action="{script}" method="post">
  <input type="hidden" name="do" value="in">
  <label for="name">Your name</label>
  <input id="name" name="name" maxlength="{most}" autocomplete="off" required autofocus>
  {problem}
  <p><button type="submit">Sign in</button></p>
</form>"""

INSIDE = """<h1>Hello, <span id="who">{name}</span></h1>
<p class="lead">You have been here <strong id="visits">{visits}</strong> {times} since {since}.</p>
<form class="card" action="{script}" method="post">
  <input type="hidden" name="do" value="out">
  <p><a class="button" href="{script}">Come again</a> <button type="submit" class="quiet">Sign out</button></p>
</form>"""


def file_of(token):
    return FOLDER / f"{hashlib.sha256(token.encode('ascii')).hexdigest()}.json"


def token_given():
    """The token of the cookie, or None. Whatever does not look like one of ours is none."""
    # Not http.cookies: it drops every cookie as soon as one of them, set by whatever else runs on this host, is odd.
    for pair in os.environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and TOKEN.fullmatch(value):
            return value
    return None


@contextmanager
def locked(path):
    """The open file, locked: two visits at the same moment are two. FileNotFoundError where there is none."""
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def visit(token):
    """Counts a visit. The session as it is now, or None if it has ended."""
    path = file_of(token)
    try:
        with locked(path) as file:
            session = json.load(file)
            if time.time() - session["last"] > LIFE:
                path.unlink(missing_ok=True)
                return None
            session["visits"] += 1
            session["last"] = time.time()
            file.seek(0)
            json.dump(session, file)
            file.truncate()
            return session
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def open_session(name):
    """Makes a session under a new token, never under one that came from outside."""
    token = secrets.token_hex(16)
    now = time.time()
    path = file_of(token)
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"name": name, "visits": 0, "since": now, "last": now}, file)
    new.rename(path)
    return token


def sweep():
    """Removes the sessions that ended by themselves."""
    limit = time.time() - LIFE
    for path in FOLDER.glob("*.*"):
        try:
            if path.suffix in (".json", ".new") and path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            continue


def script():
    return os.environ.get("SCRIPT_NAME", "")


def method():
    return os.environ.get("REQUEST_METHOD", "GET")


def here():
    """This script as an absolute URL: a redirect to the client needs one (RFC 3875 section 6.2.4)."""
    host = os.environ.get("HTTP_HOST") or f"{os.environ.get('SERVER_NAME', 'localhost')}:{os.environ.get('SERVER_PORT', '80')}"
    scheme = "https" if os.environ.get("HTTPS", "off") not in ("", "off") else "http"
    return f"{scheme}://{host}{script()}"


def send(status, body, fields=()):
    page = PAGE.format(method=escape(method()), script=escape(script()), body=body).encode("utf-8", "replace")
    head = [f"Status: {status}", "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", *fields]
    sys.stdout.buffer.write("".join(f"{line}\r\n" for line in [*head, f"Content-Length: {len(page)}", ""]).encode("ascii"))
    if method() != "HEAD":
        sys.stdout.buffer.write(page)


def cookie(value, life):
    return f"Set-Cookie: {COOKIE}={value}; Max-Age={life}; Path=/session; HttpOnly; SameSite=Lax"


def send_back(set_cookie):
    """After a POST the browser is sent to GET the page, so that reloading it sends no form again."""
    body = f'<h1>Done</h1>\n<p><a href="{escape(script())}">Go on</a></p>'
    send("303 See Other", body, [f"Location: {here()}", set_cookie])


def send_welcome(status="200 OK", problem=""):
    shown = f'<p class="bad" role="alert">{problem}</p>' if problem else ""
    send(status, WELCOME.format(script=escape(script()), most=MOST_NAME, problem=shown))


def body_fields():
    length = os.environ.get("CONTENT_LENGTH", "")
    count = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else 0
    if count > MOST_BODY:
        return None
    return dict(parse_qsl(sys.stdin.buffer.read(count).decode("utf-8", "replace"), keep_blank_values=True))


def post():
    fields = body_fields()
    if fields is None:
        send_welcome("413 Content Too Large", "That is too much for a name.")
    elif fields.get("do") == "out":
        token = token_given()
        if token is not None:
            file_of(token).unlink(missing_ok=True)
        send_back(cookie("", 0))
    elif fields.get("do") == "in":
        name = " ".join(fields.get("name", "").split())[:MOST_NAME]
        if not name.isprintable() or name == "":
            send_welcome("422 Unprocessable Content", "A name, please: letters that can be seen.")
            return
        sweep()
        old = token_given()
        if old is not None:
            file_of(old).unlink(missing_ok=True)
        send_back(cookie(open_session(name), LIFE))
    else:
        send_welcome("400 Bad Request", "This form is not one of ours.")


def get():
    token = token_given()
    session = visit(token) if token is not None else None
    if session is None:
        send_welcome()
        return
    visits = session["visits"]
    body = INSIDE.format(
        name=escape(session["name"]),
        visits=visits,
        times="time" if visits == 1 else "times",
        since=time.strftime("%H:%M:%S", time.localtime(session["since"])),
        script=escape(script()),
    )
    # The cookie lives as long as the session does: half an hour from the last visit.
    send("200 OK", body, [cookie(token, LIFE)])


def main():
    try:
        if method() == "POST":
            post()
        else:
            get()
        sys.stdout.flush()
    except BrokenPipeError:
        # The client has gone. Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
