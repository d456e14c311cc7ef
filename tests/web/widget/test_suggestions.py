"""Articles beside what is being written: of whoever knows articles, and of nobody else."""

import html
import json
import re
from typing import Any

from inbox.web.widget.suggestions import SUGGEST, Suggestion


async def articles(client: Any, inbox: Any, token: str, text: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    query = {"q": text, "lang": "en"}
    url = f"/widget/{inbox.id}/suggestions"
    return await (await client.get(url, params=query, headers=headers)).json()


async def config(client: Any, inbox: Any) -> Any:
    text = await (await client.get(f"/widget/{inbox.id}")).text()
    found = re.search(r'data-config="([^"]*)"', text)
    assert found
    return json.loads(html.unescape(found[1]))


async def test_where_nobody_knows_articles_the_chat_does_not_ask(client, inbox, token):
    assert (await config(client, inbox))["articles"] is False
    assert await articles(client, inbox, token, "return shoes") == {"articles": []}


async def test_the_best_three_of_whoever_knows_them_are_shown(client, inbox, token):
    asked = []

    async def suggest(inbox_id: str, text: str, language: str) -> list[Suggestion]:
        asked.append((inbox_id, text, language))
        return [Suggestion(title=f"{n}", url=f"/help/{n}", excerpt="How") for n in range(5)]

    client.app[SUGGEST].append(suggest)
    found = await articles(client, inbox, token, "x" * 400)

    assert (await config(client, inbox))["articles"] is True
    assert asked == [(inbox.id, "x" * 300, "en")]
    assert [one["title"] for one in found["articles"]] == ["0", "1", "2"]
    assert found["articles"][0] == {"title": "0", "url": "/help/0", "excerpt": "How"}
    assert await articles(client, inbox, token, " ") == {"articles": []}
