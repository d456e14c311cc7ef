import { afterEach, beforeEach, expect, test, vi } from "vitest";

// the test's DOM has no XPath, by which htmx looks for hx-on attributes that we never use
vi.stubGlobal(
  "XPathEvaluator",
  class {
    createExpression = () => ({ evaluate: () => ({ iterateNext: () => null }) });
  },
);
await import("../../inbox/web/assets/ts/elements/inbox-list");
await import("../../inbox/web/assets/ts/elements/reply-box");
await import("../../inbox/web/assets/ts/elements/theme-switch");
await import("../../inbox/web/assets/ts/elements/toast-stack");
await import("../../inbox/web/assets/ts/elements/cmd-palette");
const { describe: describeTime } = await import("../../inbox/web/assets/ts/elements/local-time");
const { run } = await import("../../inbox/web/assets/ts/keys");

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date"],
  });
  localStorage.clear();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(50);

function element<E extends Element = HTMLElement>(selector: string): E {
  return document.querySelector(selector) as E;
}

// -- inbox-list

function row(id: string, at: string, more = ""): string {
  return `<div class="row" id="c-${id}" data-at="${at}" ${more}>
    <a class="row-link" href="/conversations/${id}">${id}</a><input class="row-pick" type="checkbox"></div>`;
}

function list(): HTMLElement {
  document.body.innerHTML = `<inbox-list data-view="mine">
    <button class="list-pill" type="button" data-label="{n} moved up" hidden></button>
    <div id="row-arrivals" hidden></div>
    <div class="rows">${row("1", "09:30")}${row("2", "09:20")}${row("3", "09:10")}</div></inbox-list>`;
  return element("inbox-list");
}

const order = () => [...document.querySelectorAll(".rows > .row")].map((one) => one.id);

async function arrive(html: string): Promise<void> {
  element("#row-arrivals").insertAdjacentHTML("beforeend", html);
  await settle();
}

test("a conversation with news moves to the top", async () => {
  list();
  await arrive(row("3", "09:40"));

  expect(order()).toEqual(["c-3", "c-1", "c-2"]);
});

test("a new conversation comes in at the top", async () => {
  list();
  await arrive(row("4", "09:40"));

  expect(order()).toEqual(["c-4", "c-1", "c-2", "c-3"]);
});

test("a change without news stays where it is", async () => {
  list();
  await arrive(row("3", "09:10", "data-unread"));

  expect(order()).toEqual(["c-1", "c-2", "c-3"]);
  expect(element("#c-3").hasAttribute("data-unread")).toBe(true);
});

test("the row with the focus never moves", async () => {
  list();
  element<HTMLElement>("#c-3 a").focus();
  await arrive(row("3", "09:40"));

  expect(order()).toEqual(["c-1", "c-2", "c-3"]);
  expect(document.activeElement?.closest(".row")?.id).toBe("c-3");
});

test("the open row never moves, and stays marked", async () => {
  list();
  element<HTMLElement>("#c-3 a").setAttribute("aria-current", "true");
  await arrive(row("3", "09:40"));

  expect(order()).toEqual(["c-1", "c-2", "c-3"]);
  expect(element("#c-3 a").getAttribute("aria-current")).toBe("true");
});

test("while the list is scrolled, rows wait behind the pill", async () => {
  const scrolled = list();
  scrolled.scrollTop = 500;
  await arrive(row("3", "09:40"));

  expect(order()).toEqual(["c-1", "c-2", "c-3"]);
  expect(element(".list-pill").textContent).toBe("1 moved up");
  expect(element(".list-pill").hidden).toBe(false);
});

test("a conversation that left the view goes, unless it is open", async () => {
  list();
  element("#c-1 a").setAttribute("aria-current", "true");
  await arrive(row("1", "09:30", "data-gone") + row("2", "09:20", "data-gone"));
  expect(order()).toEqual(["c-1", "c-3"]);

  element<HTMLElement>("#c-3 a").click();
  expect(order()).toEqual(["c-3"]);
});

test("J and K walk through the rows", () => {
  list();
  run("next");
  run("next");
  run("previous");

  expect(document.activeElement?.closest(".row")?.id).toBe("c-1");
});

test("X selects the row that has the focus", () => {
  const selecting = list();
  run("next");
  run("select");

  expect(element<HTMLInputElement>("#c-1 .row-pick").checked).toBe(true);
  expect(selecting.hasAttribute("data-selecting")).toBe(true);
});

// -- reply-box

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

type Call = { url: string; body: FormData };
let calls: Call[];

function server(answer: () => Promise<Response>): void {
  calls = [];
  vi.stubGlobal("fetch", (url: string | URL, init: RequestInit) => {
    if (init?.method === "PUT") return Promise.resolve(Response.json({ version: 1 }));
    calls.push({ url: String(url), body: init?.body as FormData });
    return answer();
  });
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

// -- the small ones

test("a toast goes after ten seconds", () => {
  document.body.innerHTML = '<toast-stack data-close="Close"></toast-stack>';
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Saved" } }));
  expect(element(".toast-text").textContent).toBe("Saved");
});

test("the theme changes at once and is told to the server", () => {
  server(async () => new Response());
  document.body.innerHTML = `<theme-switch><form action="http://desk.test/theme">
    <button name="theme" value="light" aria-checked="true"></button>
    <button name="theme" value="dark" aria-checked="false"></button></form></theme-switch>`;
  element<HTMLElement>("[value=dark]").click();

  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(element("[value=dark]").getAttribute("aria-checked")).toBe("true");
  expect(String(calls[0]?.body)).toBe("theme=dark");
});

test("the palette finds the page's commands by the beginning of a word", () => {
  document.body.innerHTML = `<button data-command="resolve" aria-label="Mark as done"></button>
    <button data-command="assign" aria-label="Assign"></button>
    <cmd-palette><dialog><input role="combobox"><div role="listbox"></div></dialog></cmd-palette>`;
  run("palette");
  const input = element<HTMLInputElement>("cmd-palette input");
  input.value = "d";
  input.dispatchEvent(new Event("input", { bubbles: true }));

  expect(
    [...document.querySelectorAll("[role=option] > span:first-of-type")].map(
      (one) => one.textContent,
    ),
  ).toEqual(["Mark as done"]);
});

test("a moment is said as people say it", () => {
  const now = new Date(2026, 10, 25, 12, 0);
  const at = (days: number) =>
    describeTime(new Date(2026, 10, 25 - days, 9, 41), now, "list", "en-GB");

  expect([at(0), at(1), at(3), at(20), at(400)]).toEqual([
    "09:41",
    "Yesterday",
    "Sun",
    "5 Nov",
    "21 Oct 2025",
  ]);
});

test("a moment in Serbian is said in Serbian", () => {
  const now = new Date(2026, 10, 25, 12, 0);

  expect(describeTime(new Date(2026, 10, 24, 9, 41), now, "list", "sr-Cyrl")).toBe("Јуче");
});
