import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "../../inbox/web/assets/ts/elements/reply-limit";
import { segments } from "../../inbox/web/assets/ts/segments";

function write(text: string): string {
  const field = document.querySelector("textarea");
  if (field) field.value = text;
  field?.dispatchEvent(new Event("input", { bubbles: true }));
  return shown();
}

function shown(): string {
  const places = [...document.querySelectorAll<HTMLElement>("[data-thread]")];
  return places.filter((one) => !one.hidden).map((one) => one.textContent)[0] ?? "";
}

function open(particulars: string): void {
  document.body.innerHTML = `<form>
    <reply-limit data-left="{count} left" data-over="{count} too many" data-sms="{count}, {parts} SMS"
      data-no-files="no files" data-large="up to {size} MB" data-fewer="{count} files"
      data-window="another {time}" data-closed="over"><span data-thread="1" ${particulars}></span>
    </reply-limit><textarea data-mode="reply"></textarea>
    <div class="composer-files"></div></form>`;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime("2026-11-25T12:00:00Z");
});
afterEach(() => vi.useRealTimers());

test("the count shows near the limit and says how much is too much", () => {
  open('data-limit="10"');

  expect(write("short")).toBe("");
  expect(write("nine char")).toBe("1 left");
  expect(write("more than ten")).toBe("3 too many");
});

test("SMS are counted from the first letter on", () => {
  open('data-limit="1600" data-segments');

  expect(write("a".repeat(161))).toBe("161, 2 SMS");
});

function attach(size: number, type = "text/plain"): void {
  const files = document.querySelector(".composer-files");
  files?.insertAdjacentHTML(
    "beforeend",
    `<span class="upload" data-size="${size}" data-type="${type}"></span>`,
  );
  document.querySelector("form")?.dispatchEvent(new Event("input"));
}

test("files that the channel does not take are named before anything is sent", () => {
  const mega = 2 ** 20;
  open("data-file-limit='0'");
  expect(shown()).toBe("");
  attach(1);
  expect(shown()).toBe("no files");

  open(`data-file-limit="${5 * mega}" data-file-limits='{"image/": ${mega}}' data-file-count="2"`);
  attach(2 * mega);
  expect(shown()).toBe("");
  attach(2 * mega, "image/png");
  expect(shown()).toBe("up to 1 MB");
  attach(1);
  expect(shown()).toBe("2 files");
});

test("the time for answers runs down and ends with a word", () => {
  open('data-until="2026-11-25T13:30:00Z"');
  expect(write("")).toBe("another 1 hr 30 min");

  vi.advanceTimersByTime(2 * 3_600_000);
  expect(shown()).toBe("over");
});

test.each([
  ["", 0],
  ["a".repeat(160), 1],
  ["a".repeat(161), 2],
  ["€".repeat(80), 1],
  ["ж".repeat(70), 1],
  ["ж".repeat(71), 2],
  ["😀".repeat(36), 2],
])("segments are counted as the server does", (text, parts) => {
  expect(segments(text)).toBe(parts);
});
