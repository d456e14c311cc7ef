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

function boxWithRecipients(): void {
  box();
  const message = '<button data-forward="m1" data-name="Petr"></button>';
  element("#messages").innerHTML = message;
  element(".composer").insertAdjacentHTML(
    "afterbegin",
    `<div data-for="reply"><div data-copies><bdi data-address></bdi>
       <input name="to" value="petr@a.test" data-keep data-default="petr@a.test">
       <input name="cc" value="" data-keep data-default="">
       <button type="button" data-reply-all="eva@a.test"></button></div></div>
     <div data-for="forward" hidden><input name="forward_to" value="" data-keep data-default="">
       <input type="hidden" name="forward_message" value="" data-keep data-default="">
       <span data-forward-what data-all="All of it" data-one="Of {name}"></span></div>
     <button class="composer-mode" type="button" data-mode="forward" data-action="http://desk.test/forwards"></button>
     <textarea name="text" data-mode="forward" data-draft="/drafts/forward" data-version="0" hidden disabled></textarea>`,
  );
  document.body.append(element("reply-box")); // connected anew, with all its fields
}

function type(name: string, value: string): void {
  const field = element<HTMLInputElement>(`[name=${name}]`);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const kept = (mode: string) => JSON.parse(localStorage.getItem(`draft:/drafts/${mode}`) ?? "{}");

test("to whom it goes is told beside the channels, which keep their names", () => {
  boxWithRecipients();
  element(".composer").insertAdjacentHTML(
    "afterbegin",
    '<select><option data-address="v1">Web chat</option></select>',
  );
  type("to", "eva@a.test");

  expect(element("option").textContent).toBe("Web chat");
  expect(element("bdi").textContent).toBe("eva@a.test");
});

test("to whom it goes is part of the draft, and stands as it was once it is sent", async () => {
  server(async () => new Response("", { status: 201 }));
  boxWithRecipients();
  write("reply", "Hello");
  type("cc", "boss@a.test");
  expect(kept("reply").particulars).toEqual({ cc: "boss@a.test" });
  await send();

  expect(calls[0]?.body.get("cc")).toBe("boss@a.test");
  expect(element<HTMLInputElement>("[name=cc]").value).toBe("");
  expect(element<HTMLInputElement>("[name=to]").value).toBe("petr@a.test");
});

test("reply to all takes in who stood on the mail, and leaves them out again", () => {
  server(async () => new Response());
  boxWithRecipients();
  const cc = element<HTMLInputElement>("[name=cc]");
  element<HTMLElement>("[data-reply-all]").click();
  const before = cc.value;
  element<HTMLElement>("[data-reply-all]").click();

  expect([before, cc.value]).toEqual(["eva@a.test", ""]);
});

test("a message is forwarded by its own button, and nothing need be written above it", async () => {
  server(async () => new Response("", { status: 201 }));
  boxWithRecipients();
  element<HTMLElement>("[data-forward=m1]").click();
  expect(element("[data-forward-what]").textContent).toBe("Of Petr");
  type("forward_to", "parts@b.test");
  await send();

  expect(calls.map(({ url }) => url)).toContain("http://desk.test/forwards");
  const sent = calls.find(({ url }) => url === "http://desk.test/forwards");
  expect(sent?.body.get("forward_message")).toBe("m1");
  expect(element<HTMLElement>("reply-box").dataset.mode).toBe("reply");
});
