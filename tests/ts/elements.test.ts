import { expect, test, vi } from "vitest";
import { calls, element, server } from "./page";

await import("../../inbox/web/assets/ts/elements/theme-switch");
await import("../../inbox/web/assets/ts/elements/toast-stack");
await import("../../inbox/web/assets/ts/elements/cmd-palette");
const { describe: describeTime } = await import("../../inbox/web/assets/ts/elements/local-time");
const { run } = await import("../../inbox/web/assets/ts/keys");

test("a toast goes after ten seconds", async () => {
  document.body.innerHTML = '<toast-stack data-close="Close"></toast-stack>';
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Saved" } }));
  expect(element(".toast-text").textContent).toBe("Saved");

  await vi.advanceTimersByTimeAsync(11_000);
  expect(element(".toast")).toBeNull();
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

test("the palette begins with what can be done here, each named by its menu", () => {
  document.body.innerHTML = `<nav><a href="/" data-command="go-mine">Mine</a></nav>
    <button data-command="snooze" aria-label="Snooze"></button>
    <button data-command="snooze-week">In a week</button>
    <cmd-palette><dialog><input role="combobox"><div role="listbox"></div></dialog></cmd-palette>`;
  run("palette");

  expect(
    [...document.querySelectorAll("[role=option] > span:first-of-type")].map(
      (one) => one.textContent,
    ),
  ).toEqual(["Snooze", "Snooze: In a week", "Mine"]);
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
