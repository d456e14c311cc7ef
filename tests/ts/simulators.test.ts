import { beforeEach, expect, test } from "vitest";
import { merge } from "../../inbox/web/assets/ts/simulators";

const message = (id: string, text: string) => `<article id="entry-${id}">${text}</article>`;
const log = (content: string) => `<div role="log" data-part="sms-log">${content}</div>`;
const toggle = (on: boolean) =>
  `<div data-part="sms-switches"><button role="switch" aria-checked="${on}"></button></div>`;
const parse = (html: string) => new DOMParser().parseFromString(html, "text/html");

beforeEach(() => {
  document.body.innerHTML = log("<p>Nothing yet</p>") + toggle(false);
});

test("new messages replace the empty state and are appended in order", () => {
  merge(document, parse(log(message("1", "a") + message("2", "b"))));

  expect(document.querySelector("[role=log]")?.textContent).toBe("ab");
});

test("what did not change stays the same element", () => {
  merge(document, parse(log(message("1", "a") + message("2", "b"))));
  const kept = document.getElementById("entry-1");

  merge(document, parse(log(message("1", "a") + message("2", "changed"))));

  expect(document.getElementById("entry-1")).toBe(kept);
  expect(document.getElementById("entry-2")?.textContent).toBe("changed");
});

test("a switch keeps its element, and so the focus", () => {
  const control = document.querySelector<HTMLElement>("[role=switch]");
  control?.focus();

  merge(document, parse(toggle(true)));

  expect(document.activeElement).toBe(control);
  expect(control?.getAttribute("aria-checked")).toBe("true");
});
