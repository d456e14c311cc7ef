/**
 * One WebSocket a tab, with sequence numbers, resume and back-off.
 *
 * Server → page: `{"s": 42, "h": "<hx-partial …>"}`; without `s` it is ephemeral (typing,
 * presence) and never replayed; `{"reset": 1, "s": 42}` when the gap can't be replayed;
 * `{"t": "beat"}` so that a dead line is noticed. Page → server: `{"t": "watch", "list", "conv"}`,
 * `typing`, `here`. After a loss the socket is opened with `?after=SEQ`.
 */

export type Outgoing =
  | { t: "watch"; list?: string; conv?: string }
  | { t: "typing"; conv: string; mode: string }
  | { t: "here"; visible: boolean };

export interface LiveOptions {
  url: string;
  /** The sequence number the page was drawn with. */
  after: string | null;
  apply(html: string): unknown;
  reset(): void;
  /** What the page shows, so that what is sent after a gap reaches into it. */
  shown?(): { list?: string; conv?: string };
  status(online: boolean): void;
  /** Signed out, perhaps elsewhere: what is written is kept, and the page asks to sign in. */
  ended?(): void;
}

const SESSION_ENDED = 1008; // signed out elsewhere, deactivated, given another role
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 30_000;
const OFFLINE_AFTER = 5_000;
const SILENCE = 45_000;
const HERE_EVERY = 50_000;
const STALE_AFTER = 60_000;

/** From anywhere in the page: says something to the server, or nothing while offline. */
export function tell(message: Outgoing): void {
  document.dispatchEvent(new CustomEvent<Outgoing>("live:tell", { detail: message }));
}

export class Live {
  private socket: WebSocket | null = null;
  private sequence: number | null;
  private tries = 0;
  private hiddenAt = 0;
  private watching: Outgoing & { t: "watch" } = { t: "watch" };
  private retry = 0;
  private offline = 0;
  private silence = 0;

  constructor(private readonly options: LiveOptions) {
    this.sequence = options.after === null ? null : Number(options.after);
  }

  connect(): void {
    document.addEventListener("live:tell", (event) => this.say((event as CustomEvent).detail));
    document.addEventListener("visibilitychange", () => this.visibility());
    window.addEventListener("online", () => this.reopen());
    window.setInterval(() => this.here(), HERE_EVERY);
    this.open();
  }

  say(message: Outgoing): void {
    if (message.t === "watch") this.watching = { ...this.watching, ...message };
    this.post(message.t === "watch" ? this.watching : message);
  }

  private open(): void {
    const url = new URL(this.options.url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.sequence !== null) url.searchParams.set("after", String(this.sequence));
    for (const [name, value] of Object.entries(this.options.shown?.() ?? {}))
      if (value) url.searchParams.set(name, value);
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.received(JSON.parse(event.data));
    socket.onclose = ({ code }) => (code === SESSION_ENDED ? this.ended() : this.closed(socket));
  }

  private opened(): void {
    this.tries = 0;
    window.clearTimeout(this.offline);
    this.offline = 0;
    this.options.status(true);
    document.dispatchEvent(new Event("live:open"));
    this.post(this.watching);
    this.here();
  }

  private received(message: { s?: number; h?: string; t?: string; reset?: number }): void {
    if (message.t === "beat") return this.expectBeat();
    if (message.reset) {
      this.sequence = message.s ?? null;
      return this.options.reset();
    }
    if (message.s !== undefined) {
      if (this.sequence !== null && message.s <= this.sequence) return;
      this.sequence = message.s;
    }
    if (message.h) this.options.apply(message.h);
  }

  private ended(): void {
    this.socket = null;
    if (this.options.ended) this.options.ended();
    else location.reload();
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    window.clearTimeout(this.silence);
    this.offline ||= window.setTimeout(() => this.options.status(false), OFFLINE_AFTER);
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.tries++);
    this.retry = window.setTimeout(() => this.open(), pause * (0.7 + 0.6 * Math.random()));
  }

  private reopen(): void {
    if (this.socket) return;
    window.clearTimeout(this.retry);
    this.open();
  }

  /** Once the server has been heard beating, its silence means that the line is dead. */
  private expectBeat(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.socket?.close(), SILENCE);
  }

  private visibility(): void {
    this.here();
    if (document.hidden) {
      this.hiddenAt = Date.now();
      return;
    }
    this.reopen();
    if (this.hiddenAt && Date.now() - this.hiddenAt > STALE_AFTER) this.options.reset();
    this.hiddenAt = 0;
  }

  private here(): void {
    this.post({ t: "here", visible: !document.hidden });
  }

  private post(message: Outgoing): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
