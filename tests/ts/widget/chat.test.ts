import { expect, test } from "vitest";
import { dayName, isSameDay } from "../../../inbox/web/assets/widget/dates";
import { cleanProfile } from "../../../inbox/web/assets/widget/host";
import { chooseLanguage } from "../../../inbox/web/assets/widget/language";
import { load, merge, save } from "../../../inbox/web/assets/widget/storage";
import german from "../../../inbox/web/assets/widget/strings/de.json";
import english from "../../../inbox/web/assets/widget/strings/en.json";
import cyrillic from "../../../inbox/web/assets/widget/strings/sr-Cyrl.json";
import latin from "../../../inbox/web/assets/widget/strings/sr-Latn.json";

const queued = (client_id: string) => ({ client_id, text: "a", files: [], at: "2026-01-01" });

test("what another tab has queued is not lost", () => {
  const kept = merge({ token: "t", queue: { a: queued("a") } }, { queue: { b: queued("b") } });
  expect(Object.keys(kept.queue ?? {})).toEqual(["a", "b"]);
  expect(merge(kept, { queue: { a: null } })).toEqual({ token: "t", queue: { b: queued("b") } });
});

test("what is kept can be read again, and nonsense is nothing", () => {
  save("key", { draft: "half a sen" });
  expect(load("key")).toEqual({ draft: "half a sen" });
  localStorage.setItem("key", "{nonsense");
  expect(load("key")).toEqual({});
});

test.each([
  ["sr", "sr-Cyrl"],
  ["sr-Latn-RS", "sr-Latn"],
  ["sr_Latn", "sr-Latn"],
  ["sr-RS", "sr-Cyrl"],
  ["de-AT", "de"],
  ["fr", "en"],
  ["", "en"],
])("the language of %s is %s", (tag, language) => {
  expect(chooseLanguage(tag)).toBe(language);
});

test("each language says everything, with the same gaps to fill", () => {
  const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const other of [cyrillic, latin, german]) {
    expect(Object.keys(other)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(english))
      expect(gaps(other[key as keyof typeof english])).toEqual(gaps(text));
  }
});

test("days near by have names", () => {
  const now = new Date(2026, 2, 2, 0, 5);
  expect(dayName(new Date(2026, 2, 2, 0, 1).toISOString(), now)).toBe("Today");
  expect(dayName(new Date(2026, 2, 1, 23, 59).toISOString(), now)).toBe("Yesterday");
  expect(dayName(new Date(2026, 1, 20, 12).toISOString(), now)).toContain("20");
  expect(isSameDay("2026-03-01T12:00:00Z", "2026-03-01T12:30:00Z")).toBe(true);
});

test("a page can give a name and an address and nothing else", () => {
  const given = { name: ` ${"x".repeat(200)}`, email: 7, admin: true } as never;
  expect(cleanProfile(given)).toEqual({ name: "x".repeat(120) });
  expect(cleanProfile(undefined)).toEqual({});
});
