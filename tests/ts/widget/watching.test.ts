import { expect, test } from "vitest";
import { presence } from "../../../inbox/web/assets/widget/availability";
import { covers } from "../../../inbox/web/assets/widget/pages";
import { configOf } from "../../../inbox/web/assets/widget/preview";
import type { Config } from "../../../inbox/web/assets/widget/protocol";
import { isAsked } from "../../../inbox/web/assets/widget/questions";
import { mayShow } from "../../../inbox/web/assets/widget/watching";

const SHOP = "https://shop.example";

test.each([
  ["", "/", true],
  ["/pricing", "/pricing", true],
  ["/pricing", "/pricing/", true],
  ["/pricing", "/pricing?plan=big", true],
  ["/pricing", "/pricing/big", false],
  ["/pricing*", "/pricing/big", true],
  ["/a.b", "/axb", false],
  ["/buy?step=2", "/buy?step=2", true],
  ["/buy?step=2", "/buy?step=1", false],
  ["https://shop.example/*", "/boots", true],
  ["https://other.example/*", "/boots", false],
  ["*/boots", "/boots", true],
  ["/hats\n/boots", "/boots", true],
  ["/(", "/(", true],
])("the pattern %j and the page %s: %s", (pattern, page, isMeant) => {
  expect(covers(pattern, SHOP + page)).toBe(isMeant);
});

test("a page without an address is covered by no pattern", () => {
  expect(covers("/*", "")).toBe(false);
  expect(covers("", "")).toBe(true);
});

test("so many in a day and no more", () => {
  const now = Date.now();
  const hour = 3_600_000;
  expect(mayShow({}, 1, now)).toBe(true);
  expect(mayShow({ shownAt: { a: now - hour } }, 1, now)).toBe(false);
  expect(mayShow({ shownAt: { a: now - hour } }, 2, now)).toBe(true);
  expect(mayShow({ shownAt: { a: now - 25 * hour } }, 1, now)).toBe(true);
  expect(mayShow({}, 0, now)).toBe(false);
});

test("what is optional is asked once, and what is required until it is answered", () => {
  const asks: Config["asks"] = [
    ["name", false],
    ["email", true],
  ];
  const config = { asks, questions: [["Size", false]] as Config["questions"] };
  expect(isAsked(config, {})).toBe(true);
  expect(isAsked(config, { hasTold: true })).toBe(true);
  expect(isAsked(config, { hasTold: true, profile: { email: "a@b.c" } })).toBe(false);
  expect(isAsked({ asks: [], questions: [] }, {})).toBe(false);
});

test("the header says who is there, and what the site says goes before what was measured", () => {
  const now = { is_open: true, opens_at: null, seconds: 120 };
  expect(presence({ reply_time: "", now })).toContain("within minutes");
  expect(presence({ reply_time: "Soon", now })).toBe("Soon");
  expect(presence({ reply_time: "", now: { ...now, seconds: null } })).toBe("");
  expect(presence({ reply_time: "", now: { ...now, seconds: 3 * 3600 } })).toContain("few hours");
  expect(presence({ reply_time: "Soon", now: { ...now, is_open: false } })).toBe("We are away.");
  const opens_at = new Date(Date.now() + 86_400_000).toISOString();
  const away = presence({ reply_time: "", now: { ...now, is_open: false, opens_at } });
  expect(away).toContain("Back tomorrow");
});

test("the preview shows the form as it stands", () => {
  const before = { title: "Acme" } as Config;
  const given = {
    title: "",
    welcome: "Hi",
    ask_email: "required",
    ask_name: "optional",
    ask_city: "off",
    questions: "Order number*\n\nSize",
    languages: ["en", "de"],
    voice: "true",
  };
  expect(configOf(given, before)).toMatchObject({
    title: "Acme",
    greeting: "Hi",
    asks: [
      ["name", false],
      ["email", true],
    ],
    questions: [
      ["Order number", true],
      ["Size", false],
    ],
    languages: { en: "en", de: "de" },
    voice: true,
  });
});
