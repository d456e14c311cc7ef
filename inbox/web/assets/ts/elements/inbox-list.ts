/**
 * <inbox-list>: the conversations of one view.
 *
 *   <inbox-list id="rows" data-view="mine" data-refresh="/views/mine/rows" role="region" aria-label>
 *     <button class="list-pill" type="button" data-label="↑ {n} moved up" hidden></button>
 *     <div id="row-arrivals" hidden></div>
 *     <div class="rows">
 *       <div class="row" id="c-ID" data-at="ISO" data-unread>
 *         <a class="row-link" href="/conversations/7" hx-get=… hx-target="#main" hx-push-url="true"
 *            hx-preload="mouseenter, focus timeout:8s">…</a>
 *       </div> …
 *     </div>
 *     <div class="rows" data-placeholder hx-get=… hx-trigger="intersect once" hx-swap="outerHTML"></div>
 *   </inbox-list>
 *
 * Live rows are sent to `#row-arrivals` (beforeend). A known row is morphed where it stands; a new
 * one, or one with a newer data-at, goes to the top, unless somebody is at it: rows that are
 * focused, under the pointer or open never move, and while the pointer is in the list or it is
 * scrolled, the others wait behind the pill. A row with data-gone has left the view.
 */
import { morph, process } from "../html";
import { onCommand } from "../keys";
import { tell } from "../live";

const AT_TOP = 40;

export class InboxList extends HTMLElement {
  private connection = new AbortController();
  private readonly arrivals = new MutationObserver(() => void this.takeArrivals());
  private readonly waiting = new Set<string>();

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.arrivals.observe(this, { childList: true, subtree: true });
    this.addEventListener("click", this.clicked, { signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.addEventListener("pointerleave", () => this.settle(), { signal });
    document.addEventListener("htmx:after:history:push", this.markOpen, { signal });
    document.addEventListener("live:open", this.watch, { signal });
    onCommand(this.commands, signal);
    this.watch();
    this.markOpen();
  }

  disconnectedCallback(): void {
    this.connection.abort();
    this.arrivals.disconnect();
  }

  private readonly commands = {
    next: () => this.step(1),
    previous: () => this.step(-1),
    open: () => this.openFocused(),
  };

  /** The link with the focus, else that of the open conversation. */
  private get at(): HTMLElement | null {
    const focused = document.activeElement
      ?.closest<HTMLElement>(".row")
      ?.querySelector<HTMLElement>(".row-link");
    return focused && this.contains(focused)
      ? focused
      : this.querySelector(".row-link[aria-current]");
  }

  private readonly watch = (): void => tell({ t: "watch", list: this.dataset.view ?? "" });

  private step(by: number): boolean {
    const row = this.at?.closest<HTMLElement>(".row");
    const next = row ? neighbour(row, by) : this.querySelector<HTMLElement>(".row");
    const link = next?.querySelector<HTMLElement>(".row-link");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
    return Boolean(row ?? next);
  }

  private openFocused(): boolean {
    const link = document.activeElement?.closest<HTMLElement>(".row-link");
    link?.click();
    return Boolean(link);
  }

  private readonly clicked = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(".list-pill")) {
      this.scrollTo({ top: 0 });
      return this.settle();
    }
    const link = target?.closest<HTMLElement>(".row-link");
    if (link) this.open(link);
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.shiftKey || !(event.target as Element).closest(".row-link")) return;
    event.preventDefault();
    this.step(by);
  };

  /** Shown at once, before the server has answered. */
  private open(link: HTMLElement): void {
    for (const other of this.querySelectorAll(".row-link[aria-current]"))
      other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    this.dropGone();
  }

  private readonly markOpen = (): void => {
    const here = CSS.escape(location.pathname);
    const link = this.querySelector<HTMLElement>(`.row-link[href="${here}"]`);
    if (link) this.open(link);
  };

  private async takeArrivals(): Promise<void> {
    const arrived = this.querySelectorAll<HTMLElement>("#row-arrivals > .row");
    for (const row of arrived) {
      row.remove();
      await this.take(row);
    }
    if (arrived.length) this.settleWhenQuiet();
  }

  private async take(row: HTMLElement): Promise<void> {
    const known = this.querySelector<HTMLElement>(`.rows > [id="${row.id}"]`);
    if (!known && row.hasAttribute("data-gone")) return;
    if (!known) return this.insert(row);
    const moves = (row.dataset.at ?? "") > (known.dataset.at ?? "");
    keepState(known, row);
    await morph(known, row.outerHTML);
    if (known.hasAttribute("data-gone")) this.leave(known);
    else if (moves) this.waiting.add(known.id);
  }

  /** Where its time puts it; one older than all that is loaded comes with its own chunk. */
  private insert(row: HTMLElement): void {
    const at = row.dataset.at ?? "";
    const older = [...this.querySelectorAll<HTMLElement>(".rows > .row")].find(
      (one) => (one.dataset.at ?? "") < at,
    );
    if (older) older.before(row);
    else if (this.querySelector("[data-placeholder]")) return;
    else this.querySelector(".rows:last-of-type")?.append(row);
    process(row);
    if (this.scrollTop > AT_TOP) this.showPill(row.id);
  }

  /** A row that is open stays, faded, until another one is opened. */
  private leave(row: HTMLElement): void {
    if (row.contains(document.activeElement)) this.step(1);
    if (!row.querySelector("[aria-current]")) row.remove();
  }

  private dropGone(): void {
    for (const row of this.querySelectorAll(".row[data-gone]")) {
      if (!row.querySelector("[aria-current]")) row.remove();
    }
  }

  private settleWhenQuiet(): void {
    if (this.scrollTop <= AT_TOP && !this.matches(":hover")) return this.settle();
    this.showPill();
  }

  /** Moves up what has waited; what somebody is at keeps its place. */
  private settle(): void {
    if (this.scrollTop > AT_TOP) return;
    const rows = [...this.waiting]
      .map((id) => document.getElementById(id))
      .filter((row) => row !== null);
    this.waiting.clear();
    rows.sort((one, other) => ((one.dataset.at ?? "") < (other.dataset.at ?? "") ? -1 : 1));
    for (const row of rows) {
      if (!isInUse(row)) this.querySelector(".rows")?.prepend(row);
    }
    this.showPill();
  }

  private showPill(added = ""): void {
    if (added) this.waiting.add(added);
    const pill = this.querySelector<HTMLElement>(".list-pill");
    if (!pill) return;
    pill.hidden = this.waiting.size === 0 || this.scrollTop <= AT_TOP;
    const text = (pill.dataset.label ?? "{n}").replace("{n}", String(this.waiting.size));
    if (pill.textContent !== text) pill.textContent = text;
  }
}

/** The row after or before it, which may stand in the next chunk. */
function neighbour(row: HTMLElement, by: number): Element | null {
  const side = by > 0 ? "nextElementSibling" : "previousElementSibling";
  const beside = row[side];
  if (beside) return beside;
  const chunk = row.parentElement?.[side];
  return (by > 0 ? chunk?.firstElementChild : chunk?.lastElementChild) ?? null;
}

/** What only this page knows survives the server's newer drawing of the row. */
function keepState(known: HTMLElement, row: HTMLElement): void {
  const current = known.querySelector(".row-link[aria-current]");
  if (current) row.querySelector(".row-link")?.setAttribute("aria-current", "true");
  const box = known.querySelector<HTMLInputElement>(".row-pick > input");
  row.querySelector(".row-pick > input")?.toggleAttribute("checked", box?.checked ?? false);
}

function isInUse(row: HTMLElement): boolean {
  return (
    row.matches(":hover") ||
    row.contains(document.activeElement) ||
    row.querySelector("[aria-current]") !== null
  );
}

customElements.define("inbox-list", InboxList);
