"""A form is built by a program too, and what is wrong with it is named by its place."""

EMAIL = {"name": "email", "label": "E-mail", "kind": "email", "required": True, "maps_to": "email"}


async def test_a_form_is_made_read_and_built_anew(program, server):
    client = await program("admin")
    given = {"name": "Contact", "kind": "form", "settings": {"title": "Write to us"}}
    form = await (await client.post("/api/v1/inboxes", json=given)).json()
    url = f"/api/v1/inboxes/{form['id']}/form"
    built = await (await client.get(url)).json()
    assert built["title"] == "Write to us"
    assert [field["name"] for field in built["fields"]][:2] == ["name", "email"]
    built["fields"] = [EMAIL, {"name": "size", "label": "Size", "kind": "number", "maximum": 9}]
    assert (await client.put(url, json=built)).status == 200

    assert [field["kind"] for field in (await (await client.get(url)).json())["fields"]] == [
        "email", "number"
    ]  # fmt: skip
    page = await (await client.get(f"/forms/{form['slug']}")).text()
    assert 'max="9"' in page


async def test_what_is_wrong_is_named_by_its_place(program):
    client = await program("admin")
    given = {"name": "Contact", "kind": "form"}
    form = await (await client.post("/api/v1/inboxes", json=given)).json()
    wrong = {"fields": [EMAIL, {"name": "size", "label": "Size", "pattern": "(["}]}
    answer = await client.put(f"/api/v1/inboxes/{form['id']}/form", json=wrong)

    assert answer.status == 422
    assert set((await answer.json())["error"]["fields"]) == {"fields.1.pattern"}


async def test_an_inbox_of_another_kind_is_no_form(program, inbox):
    client = await program("admin")

    assert (await client.get(f"/api/v1/inboxes/{inbox.id}/form")).status == 404
