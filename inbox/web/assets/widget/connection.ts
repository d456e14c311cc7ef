/** The way to the server: a WebSocket that resumes, and long polling where sockets do not get through. */
import { type Api, Refused } from "./api";
import type { Link, Page, Problem } from "./protocol";

export interface Events {
  link(link: Link): void;
  page(page: Page): void;
  typing(name: string): void;
  acknowledged(clientId: string): void;
  refused(problem: Problem, clientId?: string): void;
}

interface Frame extends Page {
  type: string;
  client_id?: string;
  name: string;
  error: Problem;
}

const FAILURES_BEFORE_POLLING = 3;
const SOCKET_AGAIN = 300_000;
const LONGEST_PAUSE = 30_000;
const PING_EVERY = 20_000;
const SILENCE = 50_000;

export class Connection {
  private socket?: WebSocket;
  private cursor?: number;
  private failures = 0;
  private heardAt = 0;
  private pollingSince = 0;
  private polling?: AbortController;
  private timer = 0;
  private isClosed = false;

  constructor(
    private readonly api: Api,
    private readonly token: string,
    private readonly events: Events,
  ) {
    addEventListener("online", this.again);
    addEventListener("offline", this.lost);
    this.timer = window.setInterval(() => this.checkPulse(), PING_EVERY);
    this.open();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    removeEventListener("online", this.again);
    removeEventListener("offline", this.lost);
    this.polling?.abort();
    this.socket?.close();
  }

  /** The socket once it has been welcomed. */
  private get live(): WebSocket | undefined {
    const isLive = this.socket?.readyState === WebSocket.OPEN && this.cursor !== undefined;
    return isLive ? this.socket : undefined;
  }

  /** Over whichever way is open; what must not be lost is queued by the caller until its answer. */
  send(type: "message" | "delivered" | "read" | "typing", data: object): void {
    if (this.live) this.live.send(JSON.stringify({ type, ...data }));
    else if (this.polling && type === "message") void this.post(data as { client_id: string });
    else if (this.polling && type !== "typing")
      void this.api.post("/receipts", this.token, { kind: type, ...data }).catch(() => undefined);
  }

  private async post(data: { client_id: string }): Promise<void> {
    try {
      await this.api.post("/messages", this.token, data);
      this.events.acknowledged(data.client_id);
    } catch (error) {
      if (error instanceof Refused) this.events.refused(error.problem, data.client_id);
    }
  }

  private readonly again = (): void => {
    if (this.isClosed || this.live || this.polling) return;
    this.failures = 0;
    this.open();
  };

  private readonly lost = (): void => {
    this.events.link("offline");
    this.socket?.close();
  };

  private open(): void {
    if (this.isClosed || (this.socket && this.socket.readyState < WebSocket.CLOSING)) return;
    const socket = new WebSocket(this.api.socketUrl());
    let isWelcome = false;
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ token: this.token, after: this.cursor }));
    socket.onmessage = (event) => {
      isWelcome = true;
      this.heardAt = Date.now();
      this.hear(JSON.parse(event.data));
    };
    socket.onclose = () => this.reopen(isWelcome);
  }

  private reopen(wasWelcome: boolean): void {
    if (this.isClosed) return;
    this.failures = wasWelcome ? 0 : this.failures + 1;
    this.events.link(navigator.onLine ? "connecting" : "offline");
    if (this.failures >= FAILURES_BEFORE_POLLING && navigator.onLine) void this.poll();
    else setTimeout(() => this.open(), pause(this.failures));
  }

  private hear(frame: Frame): void {
    if (frame.type === "messages") this.take(frame);
    else if (frame.type === "typing") this.events.typing(frame.name);
    else if (frame.type === "ack") this.events.acknowledged(frame.client_id ?? "");
    else if (frame.type === "refused") this.events.refused(frame.error, frame.client_id);
  }

  private take(page: Page): void {
    this.cursor = page.cursor;
    this.failures = 0;
    this.events.page(page);
    this.events.link("online");
  }

  /** Until a socket is worth another try, or the network is gone. */
  private async poll(): Promise<void> {
    this.polling = new AbortController();
    this.pollingSince = Date.now();
    const { signal } = this.polling;
    while (!signal.aborted && Date.now() - this.pollingSince < SOCKET_AGAIN) {
      try {
        const { api, token, cursor } = this;
        const isFirst = cursor === undefined;
        this.take(isFirst ? await api.history(token) : await api.news(token, cursor, signal));
      } catch (error) {
        if (error instanceof Refused) this.events.refused(error.problem);
        this.events.link(navigator.onLine ? "connecting" : "offline");
        await new Promise((done) => setTimeout(done, pause(++this.failures)));
      }
    }
    this.polling = undefined;
    this.failures = FAILURES_BEFORE_POLLING - 1;
    this.open();
  }

  /** A laptop that slept has an open socket that leads nowhere. */
  private checkPulse(): void {
    if (Date.now() - this.heardAt > SILENCE) this.live?.close();
    else this.live?.send('{"type":"ping"}');
  }
}

/** Longer with each failure, and never the same for all who lost the server at once. */
function pause(failures: number): number {
  return Math.min(LONGEST_PAUSE, 400 * 2 ** failures) * (0.6 + Math.random() * 0.8);
}
