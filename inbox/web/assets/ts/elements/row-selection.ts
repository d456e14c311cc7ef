/**
 * <row-selection data-source="/conversations/bulk" data-label="{n} selected" hidden></row-selection>:
 * the bar above a list with what can be done to all rows whose box is checked.
 *
 * The boxes are fields of the bar's form (`form="bulk-form"`), so nothing is gathered here. The bar
 * is fetched with the first box. `data-selecting` on the list keeps the boxes in sight.
 */
import { FRAGMENT, process } from "../html";
import { onCommand } from "../keys";

class RowSelection extends HTMLElement {
  private connection = new AbortController();
  private readonly changes = new MutationObserver(() => this.draw());
  private last: HTMLInputElement | null = null;
  private fetched = false;
  private shift = false;

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    const { list } = this;
    if (list) this.changes.observe(list, { childList: true, subtree: true });
    list?.addEventListener("click", (event) => this.clicked(event), { capture: true, signal });
    list?.addEventListener("change", (event) => this.checked(event), { signal });
    this.addEventListener(
      "click",
      (event) => {
        if ((event.target as Element).closest("[data-clear]")) this.clear();
      },
      { signal },
    );
    this.addEventListener("htmx:after:request", () => this.clear(), { signal });
    this.parentElement?.addEventListener(
      "click",
      (event) => {
        if ((event.target as Element).closest("[data-select-several]")) this.keepInSight();
      },
      { signal },
    );
    onCommand(this.commands, signal);
  }

  disconnectedCallback(): void {
    this.connection.abort();
    this.changes.disconnect();
  }

  private readonly commands = {
    select: () => this.toggle(this.focused),
    "select-next": () => this.extend(1),
    "select-previous": () => this.extend(-1),
    back: () => this.clear(),
  };

  private get list(): HTMLElement | null {
    return this.parentElement?.querySelector("inbox-list") ?? null;
  }

  private get boxes(): HTMLInputElement[] {
    return [...(this.list?.querySelectorAll<HTMLInputElement>(".rows .row-pick > input") ?? [])];
  }

  private get focused(): HTMLInputElement | null {
    const row =
      document.activeElement?.closest(".row") ??
      this.list?.querySelector(".row:has([aria-current])");
    return row?.querySelector<HTMLInputElement>(".row-pick > input") ?? null;
  }

  private toggle(box: HTMLInputElement | null): boolean {
    if (!box) return false;
    box.checked = !box.checked;
    this.last = box;
    this.draw();
    return true;
  }

  /** The row with the focus and the one beside it, which gets the focus. */
  private extend(by: number): boolean {
    const { boxes, focused } = this;
    if (!focused) return false;
    const next = boxes[boxes.indexOf(focused) + by] ?? focused;
    focused.checked = true;
    next.checked = true;
    this.last = next;
    const link = next.closest(".row")?.querySelector<HTMLElement>(".row-link");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
    this.draw();
    return true;
  }

  private keepInSight(): void {
    if (this.list?.hasAttribute("data-selecting")) this.clear();
    else this.list?.setAttribute("data-selecting", "");
  }

  /** A change event does not say whether Shift was down. */
  private clicked(event: MouseEvent): void {
    this.shift = event.shiftKey;
  }

  private checked(event: Event): void {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.closest(".row-pick")) return;
    const { boxes } = this;
    const [from, to] = [boxes.indexOf(this.last ?? box), boxes.indexOf(box)].sort((a, b) => a - b);
    if (this.shift && from !== undefined && to !== undefined && from >= 0)
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    this.last = box;
    this.draw();
  }

  private clear(): boolean {
    const chosen = this.boxes.filter((box) => box.checked);
    const selecting = this.list?.hasAttribute("data-selecting") ?? false;
    for (const box of chosen) box.checked = false;
    this.list?.removeAttribute("data-selecting");
    this.draw();
    return chosen.length > 0 || selecting;
  }

  private draw(): void {
    const count = this.boxes.filter((box) => box.checked).length;
    this.hidden = count === 0;
    if (count > 0) void this.fetch();
    const said = this.querySelector("output");
    const text = (this.dataset.label ?? "{n}").replace("{n}", String(count));
    if (said && said.textContent !== text) said.textContent = text;
  }

  private async fetch(): Promise<void> {
    if (this.fetched) return;
    this.fetched = true;
    const answer = await fetch(this.dataset.source ?? "", { headers: FRAGMENT }).catch(() => null);
    this.fetched = answer?.ok ?? false;
    if (!answer?.ok) return;
    this.innerHTML = await answer.text();
    process(this);
    this.draw();
  }
}

customElements.define("row-selection", RowSelection);
