#!/usr/bin/env python3
"""A calculator as a CGI script: the expression comes in the query or in the body of a form."""

import ast
import math
import operator
import os
import sys
from html import escape
from urllib.parse import parse_qsl

MOST_BODY = 16_384
MOST_CHARACTERS = 200
MOST_BITS = 4096


class Refused(Exception):
    """An expression that will not be calculated, with the reason for the reader."""


def power(base, exponent):
    """base ** exponent, where the result has a bounded size: 9**9**9 would take all memory."""
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > MOST_BITS:
        raise Refused("the result would be too large")
    return base**exponent


BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}
UNARY = {ast.UAdd: operator.pos, ast.USub: operator.neg}
NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau}
FUNCTIONS = {
    "abs": abs,
    "ceil": math.ceil,
    "cos": math.cos,
    "exp": math.exp,
    "floor": math.floor,
    "gcd": math.gcd,
    "log": math.log,
    "max": max,
    "min": min,
    "round": round,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tan": math.tan,
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Calculator · webserv</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top wrap">
  <a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28">webserv</a>
  <nav aria-label="Site"><a href="/cgi_2">About this calculator</a></nav>
</header>
<main class="wrap narrow page">
<p class="over">{method} {script}</p>
<h1>A small calculator</h1>
<form class="card" action="{script}" method="get">
  <label for="expression">An expression</label>
  <input id="expression" name="expression" value="{expression}" autocomplete="off" spellcheck="false" class="mono" autofocus>
  <p><button type="submit">Calculate</button> <button type="submit" class="quiet" formmethod="post">by POST</button></p>
</form>
{result}
<p class="dim">+ - * / // % ** ( ), pi, e, tau, {functions}</p>
</main>
</body>
</html>
"""


def bounded(value):
    if isinstance(value, complex):
        raise Refused("the result is not a real number")
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise Refused("the result would be too large")
    return value


def evaluate(node):
    """Walks the tree and knows only arithmetic: whatever else Python could do is refused."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name) and node.id in NAMES:
        return NAMES[node.id]
    if isinstance(node, ast.UnaryOp) and type(node.op) in UNARY:
        return UNARY[type(node.op)](evaluate(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        return bounded(BINARY[type(node.op)](evaluate(node.left), evaluate(node.right)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords:
        return bounded(FUNCTIONS[node.func.id](*(evaluate(argument) for argument in node.args)))
    raise Refused("only numbers, operators and the functions below are known")


def calculate(expression):
    if len(expression) > MOST_CHARACTERS:
        raise Refused(f"an expression has at most {MOST_CHARACTERS} characters")
    try:
        return evaluate(ast.parse(expression.strip(), mode="eval").body)
    except ZeroDivisionError:
        raise Refused("nothing can be divided by zero") from None
    except SyntaxError:
        raise Refused("this is no expression") from None
    except OverflowError:
        raise Refused("the result would be too large") from None
    except (ArithmeticError, MemoryError, RecursionError, TypeError, ValueError) as error:
        raise Refused(f"that cannot be calculated: {error}") from None


def expression_given():
    """The field of the form, or None."""
    fields = os.environ.get("QUERY_STRING", "")
    if os.environ.get("REQUEST_METHOD") == "POST":
        length = os.environ.get("CONTENT_LENGTH", "")
        count = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
        fields = sys.stdin.buffer.read(min(count, MOST_BODY)).decode("utf-8", "replace")
    return dict(parse_qsl(fields, keep_blank_values=True)).get("expression")


def answer():
    expression = expression_given()
    status = "200 OK"
    result = ""
    if expression is not None:
        try:
            result = f'<p class="result" role="status">= {escape(str(calculate(expression)))}</p>'
        except Refused as reason:
            status = "400 Bad Request"
            result = f'<p class="bad" role="alert">{escape(str(reason)).capitalize()}.</p>'
    method = os.environ.get("REQUEST_METHOD", "GET")
    page = PAGE.format(
        method=escape(method),
        script=escape(os.environ.get("SCRIPT_NAME", "")),
        expression=escape(expression if expression is not None else "6 * 7"),
        result=result,
        functions=", ".join(FUNCTIONS),
    ).encode("utf-8", "replace")
    head = f"Status: {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n\r\n"
    sys.stdout.buffer.write(head.encode("ascii"))
    if method != "HEAD":
        sys.stdout.buffer.write(page)


def main():
    try:
        answer()
        sys.stdout.flush()
    except BrokenPipeError:
        # The client has gone. Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
