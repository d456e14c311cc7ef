import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Draft } from "../../inbox/web/assets/ts/drafts";

const URL = "/conversations/7/drafts/reply";
let saves: { text: string; version: number }[];
let answer: () => Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  saves = [];
  answer = async () => Response.json({ version: saves.length });
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    saves.push(JSON.parse(String(init.body)));
    return answer();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("typing is saved once, when it pauses", async () => {
  const draft = new Draft(URL, 0);
  for (const text of ["H", "He", "Hel"]) draft.change(text);
  await vi.advanceTimersByTimeAsync(600);

  expect(saves).toEqual([{ text: "Hel", version: 0 }]);
});

test("each save builds on the version the server answered with", async () => {
  const draft = new Draft(URL, 0);
  draft.change("one");
  await vi.advanceTimersByTimeAsync(600);
  draft.change("two");
  await vi.advanceTimersByTimeAsync(600);

  expect(saves.map(({ version }) => version)).toEqual([0, 1]);
});

test("a crash before the pause loses nothing", () => {
  new Draft(URL, 3).change("half a sen");

  expect(new Draft(URL, 3).recover()?.text).toBe("half a sen");
});

test("a newer draft of the server wins over what this browser kept", () => {
  new Draft(URL, 3).change("old words");

  expect(new Draft(URL, 4).recover()).toBeNull();
});

test("what the server has is not kept here as well", async () => {
  new Draft(URL, 0).change("saved");
  await vi.advanceTimersByTimeAsync(600);

  expect(new Draft(URL, 1).recover()).toBeNull();
});

test("a failed save is tried again", async () => {
  answer = () => Promise.reject(new TypeError("offline"));
  new Draft(URL, 0).change("kept");
  await vi.advanceTimersByTimeAsync(600);
  answer = async () => Response.json({ version: 1 });
  await vi.advanceTimersByTimeAsync(5_000);

  expect(saves).toHaveLength(2);
});

test("another tab's newer words are handed over, not overwritten", async () => {
  const newer = vi.fn();
  answer = async () => Response.json({ text: "from the phone", version: 9 }, { status: 409 });
  new Draft(URL, 2, newer).change("from the desk");
  await vi.advanceTimersByTimeAsync(600);

  expect(newer).toHaveBeenCalledWith({ text: "from the phone", version: 9 });
});

test("a sent message leaves no draft behind", async () => {
  const draft = new Draft(URL, 0);
  draft.change("sent");
  draft.discard();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(saves).toEqual([]);
  expect(new Draft(URL, 0).recover()).toBeNull();
});

test("a save that was on its way when the message went leaves no draft behind", async () => {
  let arrive = (_: Response) => {};
  answer = () => new Promise((resolve) => (arrive = resolve));
  const draft = new Draft(URL, 0);
  draft.change("sent");
  await vi.advanceTimersByTimeAsync(600);
  draft.discard();
  answer = async () => Response.json({ version: 2 });
  arrive(Response.json({ version: 1 }));
  await vi.advanceTimersByTimeAsync(10_000);

  expect(saves.slice(1)).toEqual([{ text: "", version: 1 }]);
});

test("drafts of two conversations never mix", () => {
  new Draft("/conversations/1/drafts/reply", 0).change("for Ana");

  expect(new Draft("/conversations/2/drafts/reply", 0).recover()).toBeNull();
});
