"""The explorer in a real browser: what a front-end developer does with it on a Monday morning."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from graphql import GraphQLObjectType
from playwright.async_api import Browser, Route, expect

from gql_api.schema import schema
from tests.browser.conftest import Watch, opened
from tests.browser.explorer import Explorer, until
from tests.command import Served


async def test_it_loads_where_there_is_no_other_host_and_the_button_runs_an_example(
    fresh: Explorer, picture: Any
) -> None:
    assert await fresh.tabs() == ["Tasks", "OpenTasks", "CreateTask", "CompleteMany"]
    await expect(fresh.query).to_contain_text("query Tasks")
    fonts = (
        "document.fonts.ready.then(() => [...document.fonts].filter(it => it.status === 'loaded').map(it => it.family))"
    )
    assert {"Roboto", "Fira Code"} <= {*await fresh.page.evaluate(fonts)}
    answer = await fresh.run()
    assert len(answer["data"]["tasks"]) == 5
    assert "errors" not in answer
    await expect(fresh.result).to_contain_text(answer["data"]["tasks"][0]["title"])
    await expect(fresh.page.locator(".answer-bar")).to_have_text(
        re.compile(r"HTTP 200 · \d+ ms · request [0-9a-f]{32}")
    )
    await picture(fresh.page, "explorer")


async def test_everything_can_be_done_by_keyboard_alone(fresh: Explorer) -> None:
    page = fresh.page
    await tab_to(
        page, "section[aria-label='Operation Editor'] .graphiql-editor, .graphiql-query-editor .graphiql-editor"
    )
    await page.keyboard.press("Enter")
    await fresh.paste("{ categories { name } }")
    await page.keyboard.press("ControlOrMeta+Enter")
    answer = await fresh.answer()
    assert "Learning" in [category["name"] for category in answer["data"]["categories"]]
    await page.keyboard.press("Escape")
    await expect(fresh.query.get_by_role("textbox", name="Operation")).not_to_be_focused()
    await tab_to(page, ".result-window")
    await expect(fresh.result).to_be_focused()
    assert await fresh.result.get_attribute("aria-live") == "polite"
    await page.keyboard.press("Enter")
    await expect(fresh.result.get_by_role("textbox", name="Answer")).to_be_focused()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.press("ControlOrMeta+c")
    assert json.loads(await page.evaluate("navigator.clipboard.readText()")) == answer
    assert await fresh.text_of("operation.graphql") == "{ categories { name } }"


async def tab_to(page: Any, selector: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


async def test_completion_offers_the_fields_of_tasks(explorer: Explorer, picture: Any) -> None:
    await explorer.write("{ tasks { ")
    offered = explorer.page.locator(".suggest-widget")
    while not await offered.is_visible():  # the schema may be on its way to the editor still
        await explorer.page.keyboard.press("Control+Space")
        await explorer.page.wait_for_timeout(200)
    for field in ("id", "title", "category"):
        await expect(offered.get_by_role("option", name=re.compile(rf"^{field}\b"))).to_be_visible()
    await picture(explorer.page, "completion")
    await explorer.page.keyboard.type("tit")
    await expect(offered.locator(".monaco-list-row.focused")).to_contain_text("title")
    await explorer.page.keyboard.press("Enter")
    assert "tasks { title" in await explorer.text_of("operation.graphql")


async def test_what_does_not_exist_is_underlined(explorer: Explorer) -> None:
    await explorer.write("{ tasks { titel } }")
    await expect(explorer.query.locator(".squiggly-error")).to_be_visible()


async def test_the_documentation_shows_what_a_field_means(explorer: Explorer, picture: Any) -> None:
    await explorer.write("query Documented {\n  tasks {\n    title\n  }\n}")
    await explorer.button("Show Documentation Explorer").click()
    panel = explorer.page.get_by_role("region", name="Documentation Explorer")
    await panel.get_by_role("link", name="Query", exact=True).click()
    await panel.get_by_role("link", name="tasks", exact=True).click()
    query = schema._schema.query_type
    assert isinstance(query, GraphQLObjectType)
    (first, *_) = re.split(r"[.\n`]", query.fields["tasks"].description or "")
    assert len(first) > 10
    await expect(panel).to_contain_text(first)
    await picture(explorer.page, "documentation")


async def test_a_mutation_changes_what_a_query_then_shows(fresh: Explorer, picture: Any) -> None:
    await fresh.page.get_by_role("tab", name="CreateTask").click()
    created = (await fresh.run())["data"]["createTask"]["task"]
    assert created["title"] == "Water the plants"
    await picture(fresh.page, "mutation")
    await fresh.page.get_by_role("tab", name="Tasks", exact=True).click()
    first, *_ = (await fresh.run())["data"]["tasks"]
    assert (first["id"], first["title"], first["tags"]) == (
        created["id"],
        "Water the plants",
        [{"name": "five minutes"}],
    )


async def test_errors_are_shown_as_the_api_gives_them(explorer: Explorer, picture: Any) -> None:
    await explorer.write("{ tasks { titel } }")
    (error,) = (await explorer.run())["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error["message"].startswith("Cannot query field 'titel' on type 'Task'")
    await expect(explorer.result).to_contain_text("GRAPHQL_VALIDATION_FAILED")
    await picture(explorer.page, "error")
    await explorer.write("{ tasks(limit: 1000) { title } }")
    (error,) = (await explorer.run())["errors"]
    assert error["extensions"]["code"] == "INVALID_PAGE"


async def test_an_error_of_a_user_is_data(explorer: Explorer) -> None:
    await explorer.write(
        'mutation { createTask(input: {title: ""}) { ... on ValidationError { problems { path code } } } }'
    )
    answer = await explorer.run()
    assert answer == {"data": {"createTask": {"problems": [{"path": ["input", "title"], "code": "BLANK"}]}}}


async def test_only_what_is_missing_is_marked_in_variables(explorer: Explorer) -> None:
    marked = """globalThis.__MONACO.editor.getModelMarkers({})
        .filter(it => it.resource.path.endsWith("variables.json")).map(it => it.message)"""
    await explorer.write("mutation Marked($input: CreateTaskInput!) { createTask(input: $input) { __typename } }")
    await explorer.write_variables('{"input": {}}')
    missing = json.dumps(['Missing property "title".'], separators=(",", ":"))
    await until(explorer.page, f"JSON.stringify({marked}) === {json.dumps(missing)}")


async def test_the_keys_that_the_tooltips_tell_do_what_they_say(explorer: Explorer) -> None:
    await explorer.write("query   Spread{taskCount}")
    await explorer.page.keyboard.press("Control+Shift+P")
    formatted = "query Spread {\n  taskCount\n}\n"
    await until(
        explorer.page, f"globalThis.__MONACO.editor.getModels().some(it => it.getValue() === {json.dumps(formatted)})"
    )


async def test_the_bar_tells_of_the_answer_above_it_only(explorer: Explorer) -> None:
    bar = explorer.page.locator(".answer-bar")
    await explorer.write("query Told { taskCount }")
    await explorer.is_titled("Told")
    await explorer.run()
    await expect(bar).to_contain_text("HTTP 200")
    await explorer.button("New tab").click()
    await expect(bar).to_be_empty()
    await explorer.page.get_by_role("tab", name="Told").click()
    await expect(bar).to_contain_text("HTTP 200")
    await explorer.write_variables('{"a": }')
    (error,) = (await explorer.run())["errors"]
    assert error["message"].startswith("Request not sent.")
    await expect(bar).to_be_empty()


async def test_a_server_that_is_gone_is_told_in_words(
    explorer: Explorer, open_explorer: tuple[Explorer, Watch]
) -> None:
    await explorer.write("{ taskCount }")
    await explorer.page.context.set_offline(True)
    try:
        (error,) = (await explorer.run())["errors"]
    finally:
        await explorer.page.context.set_offline(False)
    assert error["message"].startswith("The API does not answer")
    await expect(explorer.page.locator(".answer-bar")).to_contain_text("No answer")
    _, watch = open_explorer
    assert watch.complaints.pop() == "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"


async def test_what_is_no_answer_of_the_api_is_shown_all_the_same(explorer: Explorer) -> None:
    async def in_between(route: Route) -> None:
        await route.fulfill(status=299, content_type="text/html", body="<h1>Log in first</h1>")

    await explorer.write("{ taskCount }")
    await explorer.page.route("**/graphql", in_between)
    try:
        (error,) = (await explorer.run())["errors"]
    finally:
        await explorer.page.unroute("**/graphql", in_between)
    assert error == {"message": "<h1>Log in first</h1>", "extensions": {"http": {"status": 299}}}


async def test_what_is_put_in_and_run_at_once_is_what_is_run(explorer: Explorer) -> None:
    await explorer.write("query Before { taskCount }")
    await explorer.is_titled("Before")
    at_once = """text => {
        const editor = globalThis.__MONACO.editor.getEditors()
            .find(it => it.getModel().uri.path.endsWith("operation.graphql"));
        editor.setValue(text);
        editor.getAction("graphql-run").run();
    }"""
    await explorer.page.evaluate(at_once, "query After { categories { name } }")
    assert (await explorer.answer())["data"]["categories"]


async def test_a_subscription_is_asked_for_over_a_websocket(explorer: Explorer) -> None:
    await explorer.write("subscription Ticks { ticks }")
    async with explorer.page.expect_websocket() as socket:
        (error,) = (await explorer.run())["errors"]
    assert (await socket.value).url.endswith("/graphql")
    assert "subscription" in error["message"]


async def test_headers_are_sent_with_the_operation(explorer: Explorer) -> None:
    page = explorer.page
    await explorer.write("{ taskCount }")
    await explorer.write_headers('{"x-team": "web"}')
    async with page.expect_request(lambda request: request.method == "POST") as request:
        await explorer.run()
    assert (await request.value).headers["x-team"] == "web"


async def shared(explorer: Explorer) -> str:
    await explorer.button("Share:").click()
    await expect(explorer.page.locator(".share-said")).to_have_text("Link copied")
    link: str = await explorer.page.evaluate("navigator.clipboard.readText()")
    return link


async def test_a_link_opens_the_operation_and_does_not_run_it(
    chromium: Browser, dev: Served, explorer: Explorer
) -> None:
    await explorer.write("mutation Shared($title: String!) { createTask(input: {title: $title}) { __typename } }")
    await explorer.write_variables('{"title": "#&+ ✓"}')
    await explorer.write_headers('{"authorization": "secret"}')
    link = await shared(explorer)
    assert "secret" not in link
    assert urlsplit(link).query == ""  # a fragment is told to no server
    async with opened(chromium, dev.address) as (page, watch):
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        visitor = await Explorer.open(page, link)
        assert await visitor.tabs() == ["Shared", "Tasks", "OpenTasks", "CreateTask", "CompleteMany"]
        assert "mutation Shared" in await visitor.text_of("operation.graphql")
        assert json.loads(await visitor.text_of("variables.json")) == {"title": "#&+ ✓"}
        assert not [body for body in sent if "Shared" in body]
        assert page.url == dev.address
        # Whoever has it open already, and puts the link into the address bar, gets it beside what is there: once.
        await explorer.write("query Another { taskCount }")
        another = await shared(explorer)
        for _ in range(2):
            async with page.expect_navigation(wait_until="load"):
                await page.evaluate("link => { location.href = link }", another)
            await visitor.until_ready()
            assert await visitor.tabs() == ["Shared", "Tasks", "OpenTasks", "CreateTask", "CompleteMany", "Another"]
        assert watch.complaints == []


async def test_an_example_that_is_shared_is_not_there_twice(chromium: Browser, dev: Served, fresh: Explorer) -> None:
    await fresh.page.get_by_role("tab", name="CompleteMany").click()
    link = await shared(fresh)
    async with opened(chromium, dev.address) as (page, _):
        visitor = await Explorer.open(page, link)
        assert await visitor.tabs() == ["CompleteMany", "Tasks", "OpenTasks", "CreateTask"]


async def test_where_copying_is_not_allowed_the_link_is_in_the_address_bar(explorer: Explorer) -> None:
    page = explorer.page
    address = page.url
    await explorer.write("query Uncopied { taskCount }")
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    await explorer.button("Share:").click()
    await expect(page.locator(".share-said")).to_have_text("The link is in the address bar")
    assert "query+Uncopied" in page.url
    await page.evaluate(
        "address => { delete navigator.clipboard.writeText; history.replaceState(null, '', address) }", address
    )


STORED = "Object.entries(localStorage).map(([name, value]) => `${name}=${value}`)"


async def test_tabs_and_history_are_there_again_and_headers_are_not(fresh: Explorer) -> None:
    page = fresh.page
    await fresh.write("query Mine { taskCount }")
    await fresh.write_headers('{"authorization": "secret"}')
    await fresh.is_titled("Mine")
    await fresh.run()
    for name in ("tabState", "queries"):
        await until(page, f"{STORED}.some(it => it.includes('{name}') && it.includes('query Mine'))")
    kept = await page.evaluate(STORED)
    assert all(each.startswith("gql-api:") for each in kept)
    assert not any("secret" in each for each in kept)
    await page.reload()
    await fresh.until_ready()
    assert (await fresh.tabs())[0] == "Mine"
    await fresh.button("Show History").click()
    await expect(page.get_by_role("region", name="History")).to_contain_text("Mine")


async def test_what_others_have_left_in_the_browser_does_no_harm(chromium: Browser, dev: Served) -> None:
    async with opened(chromium, dev.address) as (page, _):
        await page.goto(urljoin(dev.address, "/health/live"))
        junk = {
            "queries": '{"queries":"junk"}',
            "favorites": "junk",
            "tabState": "{}",
            "theme": "pink",
            "visiblePlugin": "x",
        }
        leave = (
            "junk => Object.entries(junk).forEach(([name, it]) => localStorage.setItem(`gql-api:graphiql:${name}`, it))"
        )
        await page.evaluate(leave, junk)
        visitor = await Explorer.open(page, dev.address)
        await visitor.button("Show History").click()
        assert (await visitor.run())["data"]["tasks"]


async def test_the_explorer_plugin_writes_queries_by_clicks(explorer: Explorer) -> None:
    await explorer.write("{ taskCount }")
    await explorer.button("Show GraphiQL Explorer").click()
    panel = explorer.page.locator(".graphiql-explorer-root")
    await panel.get_by_text("overdue", exact=True).or_(panel.get_by_text("tags", exact=True)).first.click()
    await expect(explorer.query).to_contain_text("tags")


async def test_the_history_has_what_was_run(explorer: Explorer) -> None:
    await explorer.write("query Counted { taskCount }")
    await explorer.is_titled("Counted")
    await explorer.run()
    await explorer.button("Show History").click()
    await expect(explorer.page.get_by_role("region", name="History")).to_contain_text("Counted")


async def test_the_policy_lets_no_injected_script_run_and_nothing_be_sent_elsewhere(
    chromium: Browser, dev: Served
) -> None:
    async with opened(chromium, dev.address) as (page, watch):

        async def with_injections(route: Route) -> None:
            if route.request.method != "GET":
                await route.continue_()
                return
            response = await route.fetch()
            injected = (
                "<script>injected = 1</script><img src=x onerror='injected = 2'><a href='javascript:injected = 3'>x</a>"
            )
            body = (await response.text()).replace("<body>", f"<body>{injected}")
            assert injected in body
            await route.fulfill(response=response, body=body)

        await page.route(dev.address, with_injections)
        explorer = await Explorer.open(page, dev.address)
        await page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'injected = 4'}))"
        )
        await page.evaluate("document.querySelector('a[href^=javascript]').click()")
        assert await explorer.run()
        assert await page.evaluate("typeof injected") == "undefined"
        assert len([it for it in watch.complaints if "Content Security Policy" in it]) >= 3
        ask = "fetch('http://127.0.0.1:9/').then(() => 'sent', error => error.message)"
        assert await page.evaluate(ask) == "Failed to fetch"
        assert any("connect-src" in it for it in watch.complaints)


async def test_no_other_page_may_show_it_in_a_frame(chromium: Browser, dev: Served) -> None:
    async with opened(chromium, dev.address) as (page, watch):
        await page.route(
            "**/framing", lambda route: route.fulfill(body=f"<iframe src={dev.address}>", content_type="text/html")
        )
        await page.goto(urljoin(dev.address, "/framing"))
        await expect(page.frame_locator("iframe").locator("#explorer")).to_have_count(0)
        assert any("frame-ancestors" in it for it in watch.complaints)


async def test_the_first_paint_does_not_wait_for_the_editor(chromium: Browser, dev: Served) -> None:
    async with opened(chromium, dev.address) as (page, _):
        let_through = asyncio.Event()

        async def hold(route: Route) -> None:
            await let_through.wait()
            await route.continue_()

        await page.route(re.compile(r"/assets/.*\.js$"), hold)
        await page.goto(dev.address, wait_until="commit")
        await expect(page.get_by_role("status")).to_have_text("Opening the explorer …")
        await until(page, "performance.getEntriesByName('first-contentful-paint').length == 1")
        let_through.set()
        await Explorer(page).until_ready()
        await expect(page.locator("#opening")).to_be_hidden()
