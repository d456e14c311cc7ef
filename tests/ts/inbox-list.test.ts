import { expect, test } from "vitest";
import { element, settle } from "./page";

await import("../../inbox/web/assets/ts/elements/inbox-list");
const { run } = await import("../../inbox/web/assets/ts/keys");

function row(id: string, at: string, more = ""): string {
  return `<div class="row" id="c-${id}" data-at="${at}" ${more}>
    <a class="row-link" href="/conversations/${id}">${id}</a></div>`;
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

test("an old conversation that something happened to stands where its time puts it", async () => {
  list();
  await arrive(row("4", "09:15"));
  await arrive(row("5", "08:00"));
  expect(order()).toEqual(["c-1", "c-2", "c-4", "c-3", "c-5"]);

  element("inbox-list").insertAdjacentHTML(
    "beforeend",
    `<div class="rows" data-placeholder></div>`,
  );
  await arrive(row("6", "07:00"));
  expect(order()).toHaveLength(5);
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
