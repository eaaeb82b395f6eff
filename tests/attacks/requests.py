"""Attacks that are one request: its body, its document, its variables, or what another site's page can send."""

import gzip
import json
import zlib
from collections.abc import Iterator
from itertools import repeat

from tests.attacks.attack import request
from tests.attacks.client import CHUNKED, HEAD, PATH, chunk, post

MILLION = 1_000_000
GET = b"GET %b HTTP/1.1\r\nhost: attacked\r\n"


def query(text: str, **variables: object) -> bytes:
    return post({"query": text, "variables": variables})


def gzip_bomb() -> Iterator[bytes]:
    """Ten thousand times a million zeros, in chunks of a thousand bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(bytes(MILLION)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield CHUNKED + b"content-encoding: gzip\r\n\r\n"
    yield chunk(gzip.compress(b"")[:10])
    yield from repeat(chunk(packed), 10_000)


# Bodies.

request(
    "body of 50 MB",
    "413 BODY_TOO_LARGE",
    HEAD + b"content-length: 50000000\r\n\r\n",
    *repeat(bytes(MILLION), 50),
)
request("body that is declared as 10 GB", "413 BODY_TOO_LARGE", HEAD + b"content-length: 10000000000\r\n\r\n")
request("body without an end, in chunks", "413 BODY_TOO_LARGE", CHUNKED + b"\r\n", *repeat(chunk(bytes(50_000)), 1_000))
request("gzip bomb: 10 MB that unpack to 10 GB", "413 BODY_TOO_LARGE", *gzip_bomb())
request("JSON: 1,000,000 brackets within each other", "400 BAD_REQUEST", post(b"[" * MILLION))
request("JSON: a number of 1,900,000 digits", "400 BAD_REQUEST", post(b'{"variables":{"v":' + b"9" * 1_900_000 + b"}}"))
request("JSON: an array of 1,000 operations", "400 BAD_REQUEST", post([{"query": "{ taskCount }"}] * 1_000))

# Documents.

request("document of 10,000 tokens", "400 TOO_MANY_TOKENS", query("{ %s }" % ("a " * 10_000)))
request("2 MB of comments", "400 TOO_MANY_TOKENS", query("{ a }" + "#\n" * 650_000))
request("fields 10,000 deep", "400 QUERY_TOO_DEEP", query("{a" * 10_000 + "}" * 10_000))
request("fields 1,600 deep", "400 QUERY_TOO_DEEP", query("{a" * 1_600 + "}" * 1_600))
request(
    "1,600 aliases",
    "400 TOO_MANY_ALIASES",
    query("{{ tasks {{ {} }} }}".format(" ".join(f"a{i}: id" for i in range(1_600)))),
)
request(
    "1,600 fields at the root",
    "400 TOO_MANY_ROOT_FIELDS",
    query("{{ {} }}".format(" ".join(f"a{i}: b" for i in range(1_600)))),
)
request(
    "fragments that unfold to 2^60 fields",
    "400 TOO_MANY_FRAGMENTS",
    query(
        "{{ ...f0 }} fragment f60 on Query {{ taskCount }} {}".format(
            " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60))
        )
    ),
)
request(
    "fragments in a circle of 50",
    "400 GRAPHQL_VALIDATION_FAILED",
    query("{{ ...f0 }} {}".format(" ".join(f"fragment f{i} on Query {{ ...f{(i + 1) % 50} }}" for i in range(50)))),
)
request("1,600 directives", "400 TOO_MANY_DIRECTIVES", query("{ taskCount %s }" % ("@include " * 1_600)))
request(
    "10,000 definitions of variables",
    "400 TOO_MANY_TOKENS",
    query("query ({}) {{ taskCount }}".format(" ".join(f"$v{i}: Int" for i in range(10_000)))),
)
request(
    "1,200 definitions of variables",
    "400 GRAPHQL_VALIDATION_FAILED",
    query("query ({}) {{ taskCount }}".format(" ".join(f"$v{i}: Int" for i in range(1_200)))),
)
request("4,900 times the same field", "200", query('{ task(id: "VGFzazox") { %s } }' % ("id " * 4_900)))
request(
    "1,000 times the same list",
    "200",
    query('{ task(id: "VGFzazox") { %s } }' % ("tags { id } " * 1_000)),
)
request(
    "fragment of 4,500 fields in 20 places",
    "400 GRAPHQL_VALIDATION_FAILED",
    query(
        "{{ {} }} fragment f on Task {{ {} }}".format(
            " ".join(f"a{i}: task(id: 1) {{ ...f }}" for i in range(20)), "__typename " * 4_500
        )
    ),
)
request(
    "five pages of 100 within each other",
    "400 TOO_COSTLY",
    query(
        "{{ categories(limit: 100) {{ {} id {} }} }}".format(
            "tasksConnection(first: 100) { nodes { category { " * 4, "} } } " * 4
        )
    ),
)
request(
    "twelve pages of 100 within each other",
    "400 QUERY_TOO_DEEP",
    query(
        "{{ categories(limit: 100) {{ {} id {} }} }}".format(
            "tasksConnection(first: 100) { nodes { category { " * 11, "} } } " * 11
        )
    ),
)
request(
    "introspection: types of fields of types, 8 times",
    "400 TOO_COSTLY",
    query("{{ __schema {{ types {{ {} name {} }} }} }}".format("fields { type { " * 8, "} } " * 8)),
)

# Values.

request("list of 100,000 in a document", "400 TOO_MANY_TOKENS", query("{ nodes(ids: [%s]) { id } }" % ("1 " * 100_000)))
LIST = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
request("list of 100,000 in variables", "400 LIST_TOO_LONG", query(LIST, v=[1] * 100_000))
request("variables 900 deep", "400 VARIABLES_TOO_DEEP", query(LIST, v=json.loads("[" * 900 + "]" * 900)))
request(
    "1,000,000 values in variables",
    "400 VARIABLES_TOO_LARGE",
    post(json.dumps({"query": LIST, "variables": {"v": [[1] * 2_000] * 490}}, separators=(",", ":")).encode()),
)
request("10,000 variables that nobody wants", "200", query("{ taskCount }", **{f"v{i}": i for i in range(10_000)}))
request(
    "text of 1.9 MB as a title",
    "200",
    query("mutation ($v: String!) { createTask(input: {title: $v}) { __typename } }", v="x" * 1_900_000),
)

# Heads.

request("headers of 1 MB", "431 BAD_REQUEST", HEAD + b"x: " + b"y" * MILLION)
request("10,000 headers", "431 BAD_REQUEST", HEAD + b"x: y\r\n" * 10_000)
request("two lengths of one body", "400 BAD_REQUEST", CHUNKED + b"content-length: 5\r\n\r\n0\r\n\r\n")

# What another site's page can have a browser send.

FORM = HEAD.replace(b"application/json", b"application/x-www-form-urlencoded")
request("form of another site's page", "415 UNSUPPORTED_MEDIA_TYPE", post(b"query=mutation{a}", FORM))
TEXT = HEAD.replace(b"application/json", b"text/plain")
request("JSON as text, of another site's page", "415 UNSUPPORTED_MEDIA_TYPE", post({"query": "mutation { a }"}, TEXT))
MUTATION = f"{PATH}?query=mutation%7BdeleteTask(id:1)%7B__typename%7D%7D".encode()
request("mutation by GET", "405 METHOD_NOT_ALLOWED", GET % MUTATION + b"\r\n")
