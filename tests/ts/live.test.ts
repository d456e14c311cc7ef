import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live, type LiveOptions, tell } from "../../inbox/web/assets/ts/live";

/** The browser's WebSocket, with the server's side in the test's hands. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen = () => {};
  onclose = (_: { code: number }) => {};
  onmessage = (_: { data: string }) => {};

  constructor(readonly url: URL) {
    Socket.all.push(this);
  }

  static get last(): Socket {
    return Socket.all.at(-1) as Socket;
  }

  accept(): void {
    this.readyState = Socket.OPEN;
    this.onopen();
  }

  push(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code = 1006): void {
    this.readyState = 3;
    this.onclose({ code });
  }
}

let applied: string[];
let states: boolean[];
let resets: number;
let ends: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  Socket.all = [];
  applied = [];
  states = [];
  resets = 0;
  ends = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function connected(after: string | null = "7", shown?: LiveOptions["shown"]): Live {
  const options: LiveOptions = {
    url: "http://desk.test/live",
    after,
    ...(shown && { shown }),
    apply: (html) => applied.push(html),
    reset: () => {
      resets += 1;
    },
    status: (online) => states.push(online),
    ended: () => {
      ends += 1;
    },
  };
  const live = new Live(options);
  live.connect();
  Socket.last.accept();
  return live;
}

test("the first socket resumes at the number the page was drawn with", () => {
  connected("7");

  expect(Socket.last.url.href).toBe("ws://desk.test/live?after=7");
});

test("the socket is opened with what the page shows, so that a gap is filled inside it too", () => {
  connected("7", () => ({ list: "mine::open", conv: "abc" }));

  expect(Socket.last.url.searchParams.get("conv")).toBe("abc");
  expect(Socket.last.url.searchParams.get("list")).toBe("mine::open");
});

test("an event that was already applied is not applied again", () => {
  connected("7");
  for (const s of [7, 8, 8, 9]) Socket.last.push({ s, h: `event ${s}` });

  expect(applied).toEqual(["event 8", "event 9"]);
});

test("what has no number is applied and not counted", () => {
  connected("7");
  Socket.last.push({ h: "typing" });
  Socket.last.close();
  vi.advanceTimersByTime(1_000);

  expect(applied).toEqual(["typing"]);
  expect(Socket.last.url.searchParams.get("after")).toBe("7");
});

test("a lost socket is opened again after the last event", () => {
  connected("7");
  Socket.last.push({ s: 12, h: "" });
  Socket.last.close();
  vi.advanceTimersByTime(400);

  expect(Socket.all).toHaveLength(2);
  expect(Socket.last.url.searchParams.get("after")).toBe("12");
});

test("each failed try waits longer, up to half a minute", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  connected();
  for (const pause of [300, 600, 1_200, 2_400]) {
    const before = Socket.all.length;
    Socket.last.close();
    vi.advanceTimersByTime(pause - 1);
    expect(Socket.all).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(Socket.all).toHaveLength(before + 1);
  }
});

test("being offline shows only after five seconds, and ends at once", () => {
  connected();
  Socket.last.close();
  vi.advanceTimersByTime(4_999);
  expect(states).toEqual([true]);

  vi.advanceTimersByTime(1);
  expect(states).toEqual([true, false]);

  Socket.last.accept();
  expect(states).toEqual([true, false, true]);
});

test("a gap that can't be replayed asks for a refresh and goes on from there", () => {
  connected("7");
  Socket.last.push({ reset: 1, s: 900 });
  Socket.last.push({ s: 901, h: "new" });

  expect(resets).toBe(1);
  expect(applied).toEqual(["new"]);
});

test("a server that stops beating is given up", () => {
  connected();
  Socket.last.push({ t: "beat" });
  vi.advanceTimersByTime(46_000);

  expect(Socket.all).toHaveLength(2);
});

test("what is watched is said again on every new socket", () => {
  connected();
  tell({ t: "watch", list: "mine" });
  tell({ t: "watch", conv: "c1" });
  Socket.last.close();
  vi.advanceTimersByTime(1_000);
  Socket.last.accept();

  expect(JSON.parse(Socket.last.sent[0] ?? "")).toEqual({ t: "watch", list: "mine", conv: "c1" });
});

test("what is said while offline is dropped, not queued", () => {
  const live = connected();
  Socket.last.close();
  live.say({ t: "typing", conv: "c1", mode: "reply" });
  vi.advanceTimersByTime(1_000);
  Socket.last.accept();

  expect(Socket.last.sent.map((text) => JSON.parse(text).t)).toEqual(["watch", "here"]);
});

test("whose session ended is not told that the line is down", () => {
  connected();
  Socket.last.close(1008);
  vi.advanceTimersByTime(60_000);

  expect(ends).toBe(1);
  expect(states).toEqual([true]);
  expect(Socket.all).toHaveLength(1);
});
