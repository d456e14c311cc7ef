import { expect, test } from "vitest";
import { calls, element, server, settle } from "./page";

await import("../../inbox/web/assets/ts/elements/message-list");

function message(id: string, state: string, direction = "outgoing"): string {
  return `<article class="message" id="m-${id}" data-direction="${direction}" data-state="${state}"></article>`;
}

function conversation(): void {
  document.body.innerHTML = `<message-list data-conversation="7" data-readings="/readings">
    <div class="messages" id="messages">${message("1", "received", "incoming")}</div></message-list>`;
}

test("a message that comes as an answer and as a push stands there once", async () => {
  server(async () => new Response());
  conversation();
  element("#messages").insertAdjacentHTML(
    "beforeend",
    message("2", "queued") + message("3", "queued"),
  );
  await settle();
  element("#messages").insertAdjacentHTML("beforeend", message("2", "sent"));
  await settle();

  const found = [...document.querySelectorAll<HTMLElement>(".message")];
  expect(found.map((one) => `${one.id} ${one.dataset.state}`)).toEqual([
    "m-1 received",
    "m-2 sent",
    "m-3 queued",
  ]);
});

test("what the customer wrote is marked as read once", async () => {
  server(async () => new Response());
  conversation();
  element("#messages").insertAdjacentHTML("beforeend", message("2", "queued"));
  await settle();
  expect(calls.map(({ url }) => url)).toEqual(["/readings"]);

  element("#messages").insertAdjacentHTML("beforeend", message("3", "received", "incoming"));
  await settle();
  expect(calls).toHaveLength(2);
});
