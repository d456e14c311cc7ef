/**
 * <menu-button data-end data-up> around a button with popovertarget and its `.menu[popover]`:
 * places the menu beside the button and gives it arrow keys, Home, End and first letters.
 * Opening, closing, Escape and light dismissal are the browser's own.
 */
const GAP = 4;
const EDGE = 8;

export class MenuButton extends HTMLElement {
  private connection = new AbortController();

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.addEventListener("toggle", this.toggled, { capture: true, signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.addEventListener("click", this.clicked, { signal });
    this.addEventListener("submit", () => this.menu?.hidePopover(), { signal });
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  private get menu(): HTMLElement | null {
    return this.querySelector("[popover]");
  }

  private get button(): HTMLElement | null {
    return this.querySelector("[popovertarget]");
  }

  private get items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".menu-item:not(:disabled)")];
  }

  private readonly toggled = (event: Event): void => {
    if (event.target !== this.menu) return;
    const open = (event as ToggleEvent).newState === "open";
    if (this.button) this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.place();
    (this.menu?.querySelector<HTMLElement>("[autofocus]") ?? this.items[0])?.focus();
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (!this.menu?.matches(":popover-open")) return;
    const next = this.target(event);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  private readonly clicked = (event: Event): void => {
    const item = event.target instanceof Element && event.target.closest(".menu-item");
    if (item && !item.hasAttribute("data-stay")) this.menu?.hidePopover();
  };

  private target(event: KeyboardEvent): HTMLElement | undefined {
    const { items } = this;
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown") return items[(at + 1) % items.length];
    if (event.key === "ArrowUp") return items[(at - 1 + items.length) % items.length];
    if (event.key === "Home") return items[0];
    if (event.key === "End") return items.at(-1);
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || at < 0) return undefined;
    const letter = event.key.toLocaleLowerCase();
    const after = [...items.slice(at + 1), ...items.slice(0, at)];
    return after.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter));
  }

  private place(): void {
    const { menu, button } = this;
    if (!menu || !button) return;
    const anchor = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const fits = anchor.bottom + GAP + height <= innerHeight - EDGE && !("up" in this.dataset);
    const top = fits ? anchor.bottom + GAP : Math.max(EDGE, anchor.top - GAP - height);
    const toEnd = "end" in this.dataset === (getComputedStyle(this).direction === "ltr");
    const wanted = toEnd ? anchor.right - width : anchor.left;
    menu.style.top = `${top}px`;
    menu.style.left = `${Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE))}px`;
  }
}

customElements.define("menu-button", MenuButton);
