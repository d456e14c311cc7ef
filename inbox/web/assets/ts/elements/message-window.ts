/**
 * A long conversation has at most 300 messages in the page. What is further off waits beside it,
 * above or below, and comes back fifty at a time when it is scrolled to.
 */
const MOST = 300;
const STEP = 50;

type End = "above" | "below";

export class MessageWindow {
  /** What waits, oldest first. */
  private readonly waiting: Record<End, Element[]> = { above: [], below: [] };
  private edge: Element | null = null;

  constructor(private readonly scroller: HTMLElement) {}

  get isAtNewest(): boolean {
    return this.waiting.below.length === 0;
  }

  /** After something came in: too much goes at the end where nobody reads. */
  settle(unread: End): void {
    this.forgetIfRedrawn();
    this.holdBack();
    this.keepPlace(() => this.trim(unread));
  }

  /** What waits there comes back, as much goes at the other end; whether anything did. */
  bring(from: End): boolean {
    if (!this.waiting[from].length) return false;
    this.keepPlace(() => this.shift(from));
    return true;
  }

  toNewest(): void {
    this.forgetIfRedrawn();
    this.holdBack();
    while (!this.isAtNewest) this.shift("below");
  }

  private shift(from: End): void {
    const waiting = this.waiting[from];
    if (from === "above") this.scroller.prepend(...waiting.splice(-STEP));
    else this.scroller.append(...waiting.splice(0, STEP));
    this.trim(from === "above" ? "below" : "above");
  }

  private trim(end: End): void {
    let excess = this.scroller.querySelectorAll(".message").length - MOST;
    const gone: Element[] = [];
    while (excess > 0) {
      const { firstElementChild, lastElementChild } = this.scroller;
      const next = end === "above" ? firstElementChild : lastElementChild;
      if (!next) break;
      if (next.matches(".message")) excess -= 1;
      next.remove();
      gone.push(next);
    }
    if (end === "above") this.waiting.above.push(...gone);
    else this.waiting.below.unshift(...gone.reverse());
    this.edge = this.isAtNewest ? null : this.scroller.lastElementChild;
  }

  /** What is pushed to the end of the page while newer ones wait is the newest of these. */
  private holdBack(): void {
    const { below } = this.waiting;
    let next = this.edge?.nextElementSibling;
    while (next) {
      const found = next;
      next = found.nextElementSibling;
      found.remove();
      const known = below.findIndex(({ id }) => id && id === found.id);
      if (known < 0) below.push(found);
      else below[known] = found;
    }
  }

  /** The server's newer drawing of the whole has its own beginning and end. */
  private forgetIfRedrawn(): void {
    const { above, below } = this.waiting;
    if (this.edge && this.edge.parentElement !== this.scroller) {
      below.length = 0;
      this.edge = null;
    }
    if (above.length && this.scroller.querySelector(":scope > .load-more")) above.length = 0;
  }

  /** What is read stays where it is, whatever comes and goes around it. */
  private keepPlace(change: () => void): void {
    const top = this.scroller.getBoundingClientRect().top;
    const read = [...this.scroller.children].find(
      (child) => child.matches(".message") && child.getBoundingClientRect().bottom > top,
    );
    const before = read?.getBoundingClientRect().top ?? 0;
    change();
    if (read?.parentElement !== this.scroller) return;
    this.scroller.scrollTop += read.getBoundingClientRect().top - before;
  }
}
