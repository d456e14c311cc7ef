/**
 * <message-list>: what was said, newest at the end.
 *
 *   <message-list data-conversation="ID" data-refresh="/conversations/7/messages">
 *     <div class="messages" id="messages" role="log" aria-label tabindex="0">
 *       <div class="load-more" hx-get="…?before=ID" hx-trigger="intersect once" hx-swap="outerHTML">…</div>
 *       <article class="message" id="m-ID" data-direction="incoming|outgoing|note" data-state tabindex="-1">…</article>
 *     </div>
 *     <button class="button jump-newest" type="button" hidden>Newest</button>
 *   </message-list>
 *
 * New messages are sent to `#messages` (beforeend). It stays at the end while it is within
 * 100 px of it; else the button shows. Older ones come in above without moving what is read.
 * Says to the server which conversation is watched and what has been seen.
 */
import { onCommand } from "../keys";
import { tell } from "../live";

const NEAR = 100;

export class MessageList extends HTMLElement {
  private connection = new AbortController();
  private readonly changed = new MutationObserver(() => this.grown());
  private readonly resized = new ResizeObserver(() => this.stick());
  private stuck = true;
  private newest = "";

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    const { scroller } = this;
    if (!scroller) return;
    this.changed.observe(scroller, { childList: true, subtree: true });
    this.resized.observe(scroller);
    scroller.addEventListener("scroll", this.scrolled, { passive: true, signal });
    scroller.addEventListener("load", () => this.stick(), { capture: true, signal });
    this.addEventListener("click", this.clicked, { signal });
    this.addEventListener("htmx:before:swap", this.beforeOlder, { signal });
    document.addEventListener("visibilitychange", () => this.tellSeen(), { signal });
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

  private get messages(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".message")];
  }

  private readonly watch = (): void => {
    tell({ t: "watch", conv: this.dataset.conversation ?? "" });
    this.tellSeen();
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
    this.stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    this.querySelector(".jump-newest")?.toggleAttribute("hidden", this.stuck);
    this.tellSeen();
  };

  /** A message that came by the answer and by the socket stands once, as it came last. */
  private dropDoubles(): void {
    const seen = new Set<string>();
    for (const message of this.messages.reverse()) {
      if (seen.has(message.id)) message.remove();
      seen.add(message.id);
    }
  }

  private grown(): void {
    this.dropDoubles();
    const last = this.messages.at(-1);
    if (last && last.id !== this.newest && last.dataset.direction === "outgoing") this.stuck = true;
    this.newest = last?.id ?? "";
    this.stick();
    if (!this.stuck) this.querySelector(".jump-newest")?.removeAttribute("hidden");
    this.tellSeen();
  }

  private stick(): void {
    const { scroller } = this;
    if (this.stuck && scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  private readonly clicked = (event: Event): void => {
    if (!(event.target instanceof Element && event.target.closest(".jump-newest"))) return;
    this.stuck = true;
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

  private tellSeen(): void {
    const conv = this.dataset.conversation;
    if (!conv || document.hidden || !this.stuck || !this.newest) return;
    const message = this.newest.replace(/^m-/, "");
    if (this.dataset.seen === message) return;
    this.dataset.seen = message;
    tell({ t: "seen", conv, message });
  }
}

customElements.define("message-list", MessageList);
