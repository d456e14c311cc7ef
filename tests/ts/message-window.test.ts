import { expect, test } from "vitest";
import { element, server, settle } from "./page";

await import("../../inbox/web/assets/ts/elements/message-list");

const FIRST = 1000;

function messages(from: number, to: number): string {
  return Array.from(
    { length: to - from + 1 },
    (_, at) => `<article class="message" id="m-${from + at}" data-direction="incoming"></article>`,
  ).join("");
}

/** Fifty messages, and a page that can be scrolled as far as the test says. */
async function conversation(): Promise<HTMLElement> {
  server(async () => new Response());
  document.body.innerHTML = `<message-list data-conversation="7">
    <div class="messages" id="messages"><div class="load-more"></div>${messages(FIRST, FIRST + 49)}</div>
    <button class="jump-newest" type="button" hidden></button></message-list>`;
  const scroller = element("#messages");
  Object.defineProperty(scroller, "scrollHeight", { value: 10_000 });
  Object.defineProperty(scroller, "clientHeight", { value: 500 });
  await settle();
  return scroller;
}

async function scrollTo(scroller: HTMLElement, top: number): Promise<void> {
  scroller.scrollTop = top;
  scroller.dispatchEvent(new Event("scroll"));
  await settle();
}

/** Fifty older ones take the place of the line that leads to them. */
async function older(first: number): Promise<void> {
  element(".load-more").outerHTML = `<div class="load-more"></div>${messages(first, first + 49)}`;
  await settle();
}

function shown(): number[] {
  return [...document.querySelectorAll(".message")].map(({ id }) => Number(id.slice(2)));
}

function everyFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

async function readFarBack(): Promise<HTMLElement> {
  const scroller = await conversation();
  await scrollTo(scroller, 4000);
  for (let first = FIRST - 50; first >= 600; first -= 50) await older(first);
  return scroller;
}

test("no more than 300 messages stand in the page however far back one reads", async () => {
  await readFarBack();

  expect(shown()).toEqual(everyFrom(600, 300));
});

test("the newer ones come back when they are scrolled to, in order and each once", async () => {
  const scroller = await readFarBack();

  await scrollTo(scroller, 9400);
  expect(shown()).toEqual(everyFrom(650, 300));
  for (let turn = 0; turn < 4; turn += 1) await scrollTo(scroller, 9400);
  expect(shown()).toEqual(everyFrom(750, 300));
  await scrollTo(scroller, 100);
  expect(shown()).toEqual(everyFrom(700, 300));
});

test("what is said meanwhile waits behind the button, which leads to the newest", async () => {
  const scroller = await readFarBack();
  const said = `<article class="message" id="m-1050" data-direction="incoming"></article>`;
  scroller.insertAdjacentHTML("beforeend", said);
  scroller.insertAdjacentHTML("beforeend", said);
  await settle();
  expect(shown()).toEqual(everyFrom(600, 300));
  expect(element(".jump-newest").hidden).toBe(false);

  element(".jump-newest").click();
  await settle();
  expect(shown()).toEqual(everyFrom(751, 300));
});

test("a busy chat lets go of its beginning, and one's own answer leads to its end", async () => {
  const scroller = await readFarBack();
  scroller.insertAdjacentHTML(
    "beforeend",
    `<article class="message" id="m-1050" data-direction="outgoing"></article>`,
  );
  await settle();
  expect(shown()).toEqual(everyFrom(751, 300));

  scroller.insertAdjacentHTML("beforeend", messages(1051, 1060));
  await settle();
  expect(shown()).toEqual(everyFrom(761, 300));
});

test("a newer drawing of the whole begins anew", async () => {
  const scroller = await readFarBack();
  scroller.innerHTML = `<div class="load-more"></div>${messages(FIRST, FIRST + 49)}`;
  await settle();

  expect(shown()).toEqual(everyFrom(FIRST, 50));
  await scrollTo(scroller, 9400);
  expect(shown()).toEqual(everyFrom(FIRST, 50));
});
