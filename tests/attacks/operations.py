"""Attacks by operations: slow ones, too many, too large answers, documents to remember, tokens to guess."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from hashlib import sha256

from tests.attacks.attack import Watch, attack
from tests.attacks.client import HEAD, post
from tests.attacks.target import Target
from tests.schema.test_limits import HOSTILE

SLOW = post({"query": "{ taskCount }"})
AT_ONCE = 500
DOCUMENTS = 30


@attack("query that waits for a lock beyond its deadline", "200 DEADLINE_EXCEEDED")
async def slow(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.locked():
        reply = await target.ask(SLOW)
        await target.until_no_statement_runs()
        yield reply.told


@attack("client that asks and goes", "statement stopped")
async def gone(target: Target, _stop: Watch) -> AsyncIterator[str]:
    async with target.locked():
        async with target.connection() as connection:
            await connection.send(SLOW)
            await target.until_waiting()
        await target.until_no_statement_runs()
        yield "statement stopped"


@attack(f"{AT_ONCE} slow queries at once", "250 times 503 OVERLOADED at once")
async def too_many(target: Target, stop: Watch) -> AsyncIterator[str]:
    async with target.locked():
        asking = [asyncio.create_task(target.ask(SLOW)) for _ in range(AT_ONCE)]
        told: Counter[str] = Counter()
        while told["503 OVERLOADED"] < AT_ONCE // 2:
            await asyncio.sleep(0.01)
            told = Counter(each.result().told for each in asking if each.done())
        stop()
    replies = await asyncio.gather(*asking)
    assert {reply.status for reply in replies} <= {200, 503}
    yield f"{told['503 OVERLOADED']} times 503 OVERLOADED at once"


@attack(f"the {len(HOSTILE)} documents of `tests/schema/test_limits.py`", "each 400, 200 or 413")
async def hostile(target: Target, _stop: Watch) -> AsyncIterator[str]:
    statuses = {(await target.ask(post({"query": text}))).status for text in HOSTILE.values()}
    assert statuses == {200, 400, 413}
    yield "each 400, 200 or 413"


@attack("answer of 80 MB: 2,000 of the longest descriptions", "200")
async def largest(target: Target, _stop: Watch) -> AsyncIterator[str]:
    fields = " ".join(f"a{number}: tasks(limit: 100) {{ description }}" for number in range(20))
    yield (await target.ask(post({"query": f"{{ {fields} }}"}))).told


@attack(f"{DOCUMENTS} persisted documents of 400,000 characters", "200")
async def remembered(target: Target, _stop: Watch) -> AsyncIterator[str]:
    told = set()
    async with target.connection() as connection:
        for number in range(DOCUMENTS):
            text = f"{{ __typename }} # {number} " + "😀" * 399_000
            persisted = {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}
            request = {"query": text, "extensions": {"persistedQuery": persisted}}
            told.add((await connection.ask(post(request))).told)
    yield " ".join(told)


@attack("30 guesses of a token, 20 a minute allowed", "20 times 401 UNAUTHENTICATED, then 429 RATE_LIMITED")
async def guesses(target: Target, _stop: Watch) -> AsyncIterator[str]:
    told = [
        (await target.ask(post({}, HEAD + b"authorization: Bearer %d\r\n" % number), port=target.guarded)).told
        for number in range(30)
    ]
    refused = told.count("401 UNAUTHENTICATED")
    assert set(told[refused:]) == {"429 RATE_LIMITED"}
    yield f"{refused} times 401 UNAUTHENTICATED, then {told[-1]}"
