/** What the tests of the elements share: a page of their own, and a server in the test's hands. */
import { afterEach, beforeEach, vi } from "vitest";

// the test's DOM has no XPath, by which htmx looks for hx-on attributes that we never use
vi.stubGlobal(
  "XPathEvaluator",
  class {
    createExpression = () => ({ evaluate: () => ({ iterateNext: () => null }) });
  },
);

export interface Call {
  url: string;
  body: FormData;
}

export const calls: Call[] = [];

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date"],
  });
  localStorage.clear();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

/** Answers every request; `calls` has all but the saving of drafts. */
export function server(answer: () => Promise<Response>): void {
  calls.length = 0;
  vi.stubGlobal("fetch", (url: string | URL, init: RequestInit) => {
    if (init?.method === "PUT") return Promise.resolve(Response.json({ version: 1 }));
    calls.push({ url: String(url), body: init?.body as FormData });
    return answer();
  });
}

export function element<E extends Element = HTMLElement>(selector: string): E {
  return document.querySelector(selector) as E;
}

export const settle = () => vi.advanceTimersByTimeAsync(50);
