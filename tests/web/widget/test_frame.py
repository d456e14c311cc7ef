import html
import json
import re

import brotli
import pytest

from inbox.web.render import STATIC


async def test_only_allowed_pages_may_show_the_chat(client, make_inbox):
    inbox = make_inbox(allowed_domains="shop.example, *.shop.example, https://other.example:8443/")
    policy = (await client.get(f"/widget/{inbox.id}")).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' shop.example *.shop.example other.example:8443")


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("https://shop.example/", 200),
        ("https://www.shop.example/boots", 200),
        ("https://evilshop.example/", 403),
        ("https://shop.example.evil.example/", 403),
        ("", 200),
    ],
)
async def test_a_foreign_page_is_told_no(client, make_inbox, referer, status):
    inbox = make_inbox(allowed_domains="shop.example, *.shop.example")
    headers = {"Referer": referer, "Sec-Fetch-Dest": "iframe"}
    assert (await client.get(f"/widget/{inbox.id}", headers=headers)).status == status


async def test_a_domain_cannot_smuggle_in_a_policy(client, make_inbox):
    inbox = make_inbox(allowed_domains="x.example; script-src *, 'unsafe-inline'")
    policy = (await client.get(f"/widget/{inbox.id}")).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self'")


async def test_without_a_list_any_page_may_show_it(client, inbox):
    response = await client.get(f"/widget/{inbox.id}")
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")


async def test_the_page_says_public_things_only(client, make_inbox):
    inbox = make_inbox(title='A "quoted" <team>', allowed_domains="secret.example")
    text = await (await client.get(f"/widget/{inbox.id}?lang=sr-Latn")).text()
    assert 'lang="sr-Latn"' in text
    found = re.search(r'data-config="([^"]*)"', text)
    assert found
    config = json.loads(html.unescape(found[1]))
    assert config["title"] == 'A "quoted" <team>'
    assert "secret.example" not in text


async def test_an_inbox_of_another_kind_is_not_there(client, make_inbox):
    assert (await client.get(f"/widget/{make_inbox('form', 'a').id}")).status == 404
    assert (await client.get("/widget/nonsense")).status == 404


@pytest.mark.parametrize("language", ["en", "de", "sr-Cyrl", "sr-Latn"])
async def test_an_open_chat_costs_twenty_kilobytes_at_the_most(client, inbox, language):
    """Of all that is fetched before a visitor can write; emoji and the recorder come later."""
    page = await client.get(f"/widget/{inbox.id}?lang={language}")
    text = await page.text()
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))
    assert len(wanted) >= 4
    sizes = [(STATIC / f"{one.removeprefix('/static/')}.br").stat().st_size for one in wanted]
    own = len(brotli.compress(text.encode()))

    assert sum(sizes) + own <= 20 * 1024


async def test_emoji_and_the_recorder_are_small_and_fetched_later(client, inbox):
    text = await (await client.get(f"/widget/{inbox.id}")).text()
    sizes = {
        file.name: file.with_suffix(".js.br").stat().st_size
        for file in STATIC.glob("chunk-*.js")
        if file.name not in text
    }
    emoji = [size for name, size in sizes.items() if "grinning face" in (STATIC / name).read_text()]

    assert emoji
    assert max(emoji) <= 14 * 1024


async def test_the_loader_is_kept_and_revalidated(client):
    if not (STATIC / "manifest.json").exists():
        pytest.fail("the browser assets are not built; run make setup")
    first = await client.get("/widget.js", headers={"Accept-Encoding": "br"})
    assert first.content_type == "text/javascript"
    assert int(first.headers["Content-Length"]) <= 2560
    assert "max-age=3600" in first.headers["Cache-Control"]
    again = await client.get(
        "/widget.js", headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "br"}
    )
    assert again.status == 304
