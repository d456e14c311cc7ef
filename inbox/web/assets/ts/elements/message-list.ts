/**
 * <message-list>: what was said, newest at the end.
 *
 *   <message-list data-conversation="ID" data-refresh="/conversations/7/messages" data-readings="/conversations/7/readings">
 *     <div class="messages" id="messages" role="log" aria-label tabindex="0">
 *       <div class="load-more" hx-get="…?before=ID" hx-trigger="intersect once" hx-swap="outerHTML">…</div>
 *       <article class="message" id="m-ID" data-direction="incoming|outgoing|note" data-state tabindex="-1">…</article>
 *     </div>
 *     <button class="button jump-newest" type="button" hidden>Newest</button>
 *   </message-list>
 *
 * New messages are sent to `#messages` (beforeend); one that comes twice, as the answer to a send
 * and as a push, stands there once. It stays at the end while it is within
 * 100 px of it; else the button shows. Older ones come in above without moving what is read, and
 * no more than 300 stand in the page.
 * Says to the server which conversation is watched, and by POST to data-readings that what the
 * customer wrote has been seen.
 */
import { onCommand } from "../keys";
import { tell } from "../live";
import { MessageWindow } from "./message-window";

const NEAR = 100;

export class MessageList extends HTMLElement {
  private connection = new AbortController();
  private readonly changed = new MutationObserver(() => this.grown());
  private readonly resized = new ResizeObserver(() => this.stick());
  private kept: MessageWindow | null = null;
  private stuck = true;
  private newest = "";

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.changed.observe(this, { childList: true, subtree: true });
    this.resized.observe(this);
    this.addEventListener("scroll", this.scrolled, { capture: true, passive: true, signal });
    this.addEventListener("load", () => this.stick(), { capture: true, signal });
    this.addEventListener("click", this.clicked, { signal });
    this.addEventListener("htmx:before:swap", this.beforeOlder, { signal });
    document.addEventListener("visibilitychange", () => this.markRead(), { signal });
    document.addEventListener("live:open", this.watch, { signal });
    onCommand(
      { "message-next": () => this.step(1), "message-previous": () => this.step(-1) },
      signal,
    );
    this.watch();
    this.start();
  }

  disconnectedCallback(): void {
    this.connection.abort();
    this.changed.disconnect();
    this.resized.disconnect();
    tell({ t: "watch", conv: "" });
  }

  private get scroller(): HTMLElement | null {
    return this.querySelector(".messages");
  }

  private get window(): MessageWindow | null {
    this.kept ??= this.scroller && new MessageWindow(this.scroller);
    return this.kept;
  }

  private get messages(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".message")];
  }

  private readonly watch = (): void => {
    tell({ t: "watch", conv: this.dataset.conversation ?? "" });
    this.markRead();
  };

  /** At the message of the address (#m-ID), at the first unread one, or at the end. */
  private start(): void {
    const wanted =
      location.hash && this.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`);
    const from = wanted || this.querySelector(".unread-line");
    this.newest = this.messages.at(-1)?.id ?? "";
    this.stuck = !from;
    if (from) from.scrollIntoView({ block: "center" });
    else this.stick();
    this.scrolled();
  }

  private readonly scrolled = (): void => {
    const { scroller } = this;
    if (!scroller) return;
    if (scroller.scrollTop < scroller.clientHeight) this.bring("above");
    if (this.left < scroller.clientHeight) this.bring("below");
    this.stuck = this.left < NEAR && this.window?.isAtNewest !== false;
    this.querySelector(".jump-newest")?.toggleAttribute("hidden", this.stuck);
    this.markRead();
  };

  /** How much there is below what is shown. */
  private get left(): number {
    const { scroller } = this;
    return scroller ? scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight : 0;
  }

  private bring(from: "above" | "below"): void {
    if (this.window?.bring(from)) this.shifted();
  }

  /** Our own change is no news. */
  private shifted(): void {
    this.newest = this.messages.at(-1)?.id ?? "";
    this.changed.takeRecords();
  }

  private grown(): void {
    dropDoubles(this.messages);
    const last = this.messages.at(-1);
    if (last && last.id !== this.newest && last.dataset.direction === "outgoing") this.stuck = true;
    if (this.stuck) this.window?.toNewest();
    this.window?.settle(this.stuck ? "above" : "below");
    this.shifted();
    this.stick();
    if (!this.stuck) this.querySelector(".jump-newest")?.removeAttribute("hidden");
    this.markRead();
  }

  private stick(): void {
    const { scroller } = this;
    if (this.stuck && scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  private readonly clicked = (event: Event): void => {
    if (!(event.target instanceof Element && event.target.closest(".jump-newest"))) return;
    this.stuck = true;
    this.window?.toNewest();
    this.shifted();
    this.stick();
  };

  /** Browsers anchor what is read when something comes in above, except at the very top. */
  private readonly beforeOlder = (event: Event): void => {
    const { scroller } = this;
    if (!scroller || !(event.target as Element).matches(".load-more")) return;
    const height = scroller.scrollHeight;
    scroller.scrollTop = Math.max(1, scroller.scrollTop);
    const top = scroller.scrollTop;
    this.addEventListener(
      "htmx:after:swap",
      () => {
        if (scroller.scrollTop === top) scroller.scrollTop += scroller.scrollHeight - height;
      },
      { once: true },
    );
  };

  private step(by: number): boolean {
    const { messages } = this;
    const at = messages.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? messages.at(-1) : messages[at + by];
    next?.focus();
    return messages.length > 0;
  }

  private markRead(): void {
    const newest = this.messages.findLast((message) => message.dataset.direction === "incoming");
    if (!newest || document.hidden || !this.stuck || this.dataset.read === newest.id) return;
    this.dataset.read = newest.id;
    if (this.dataset.readings) void fetch(this.dataset.readings, { method: "POST" });
  }
}

/** The newer drawing of a message takes the place of the one that is there. */
function dropDoubles(messages: HTMLElement[]): void {
  const known = new Map<string, HTMLElement>();
  for (const message of messages) {
    known.get(message.id)?.replaceWith(message);
    known.set(message.id, message);
  }
}

customElements.define("message-list", MessageList);
