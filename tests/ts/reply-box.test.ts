import { expect, test } from "vitest";
import { calls, element, server, settle } from "./page";

await import("../../inbox/web/assets/ts/elements/reply-box");

function box(): HTMLElement {
  document.body.innerHTML = `<div id="messages"></div><reply-box data-mode="reply" data-conversation="7" data-waiting="Waiting">
    <form class="composer" action="http://desk.test/replies">
      <input type="hidden" name="request_id" value="r1">
      <button class="composer-mode" type="button" data-mode="reply" data-action="http://desk.test/replies" aria-pressed="true"></button>
      <button class="composer-mode" type="button" data-mode="note" data-action="http://desk.test/notes" aria-pressed="false"></button>
      <div class="composer-guard"></div>
      <textarea name="text" data-mode="reply" data-draft="/drafts/reply" data-version="0"></textarea>
      <textarea name="text" data-mode="note" data-draft="/drafts/note" data-version="0" hidden disabled></textarea>
      <div class="composer-files"></div><span class="composer-status"></span>
      <button type="submit">Send</button>
    </form></reply-box>`;
  return element("reply-box");
}

function write(mode: string, text: string): void {
  const field = element<HTMLTextAreaElement>(`textarea[data-mode=${mode}]`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function send(): Promise<void> {
  element<HTMLFormElement>("form").requestSubmit(element("[type=submit]"));
  await settle();
}

test("a sent reply empties the field and gets a new request id", async () => {
  server(async () => new Response("", { status: 201 }));
  box();
  write("reply", "Hello");
  await send();

  expect(calls[0]?.body.get("text")).toBe("Hello");
  expect(element<HTMLTextAreaElement>("textarea").value).toBe("");
  expect(element<HTMLInputElement>("[name=request_id]").value).not.toBe("r1");
});

test("an empty reply is not sent", async () => {
  server(async () => new Response());
  box();
  write("reply", "  ");
  await send();

  expect(calls).toEqual([]);
});

test("a note goes to the notes, and the reply waits unsent", async () => {
  server(async () => new Response());
  box();
  write("reply", "unfinished");
  element<HTMLElement>(".composer-mode[data-mode=note]").click();
  write("note", "internal");
  await send();

  expect(calls.map(({ url }) => url)).toEqual(["http://desk.test/notes"]);
  expect(calls[0]?.body.get("text")).toBe("internal");
  expect(element<HTMLTextAreaElement>("textarea[data-mode=reply]").value).toBe("unfinished");
});

test("what a colleague wrote meanwhile stops the reply and keeps its words", async () => {
  server(async () => new Response("<b>Petr wrote</b>", { status: 409 }));
  box();
  write("reply", "Hello");
  await send();

  expect(element<HTMLInputElement>("[name=request_id]").value).not.toBe("r1");
  expect(element(".composer-guard").textContent).toBe("Petr wrote");
  expect(element<HTMLTextAreaElement>("textarea").value).toBe("Hello");
});

test("without a connection the reply waits, and goes out once, with the same id", async () => {
  server(() => Promise.reject(new TypeError("offline")));
  box();
  write("reply", "Hello");
  await send();
  expect(element(".composer-status").textContent).toBe("Waiting");

  const first = calls[0]?.body.get("request_id");
  server(async () => new Response("", { status: 201 }));
  document.dispatchEvent(new Event("live:open"));
  document.dispatchEvent(new Event("live:open"));
  await settle();
  expect(calls.map(({ body }) => body.get("request_id"))).toEqual([first]);
});

function said(id: string, direction = "incoming"): void {
  element("#messages").insertAdjacentHTML(
    "beforeend",
    `<article class="message" id="m-${id}" data-direction="${direction}"></article>`,
  );
}

function seen(): HTMLInputElement {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "last_message", value: "a" });
  element("form").append(input);
  return input;
}

test("who begins to write has seen what the page shows, and nothing that came later", async () => {
  server(async () => new Response());
  box();
  const last = seen();
  said("b");
  said("c", "note");
  write("reply", "I");
  expect(last.value).toBe("b");

  said("d");
  write("reply", "I write on");
  expect(last.value).toBe("b");
});

test("the next reply answers the one before it", async () => {
  server(async () => new Response());
  box();
  const last = seen();
  write("reply", "First");
  await send();
  said("b", "outgoing");
  write("reply", "Second");

  expect(last.value).toBe("b");
});

test("what stopped a reply has been seen by then", async () => {
  const newer = '<article class="message" id="m-e" data-direction="incoming"></article>';
  server(async () => new Response(newer, { status: 409 }));
  box();
  const last = seen();
  write("reply", "Too late");
  await send();

  expect(last.value).toBe("e");
});
