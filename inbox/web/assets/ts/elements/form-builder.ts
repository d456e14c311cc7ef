/**
 * <form-builder> around the builder of a form: its cards [data-card] are dragged to other places by
 * their [data-grip], or moved by Alt and an arrow key; the preview follows what is typed.
 */
import { RedrawnForm } from "./redrawn-form";

const PAUSE = 350; // ms after the last key before the preview is drawn

export class FormBuilder extends RedrawnForm {
  private timer = 0;
  private drawn = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = this.connection;
    this.addEventListener("input", this.typed, { signal });
    this.addEventListener("pointerdown", this.grabbed, { signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.prepare();
  }

  override disconnectedCallback(): void {
    clearTimeout(this.timer);
    super.disconnectedCallback();
  }

  protected override redraws(select: HTMLSelectElement): boolean {
    return /\.(kind|shown_if)$/.test(select.name);
  }

  /** The preview stays where it is, and what was unfolded stays so. */
  protected override show(drawn: Element, focused: string): void {
    const open = [...this.querySelectorAll("details[open]")].map((one) => one.id);
    const part = drawn.querySelector("form");
    if (part) this.form?.replaceWith(part);
    for (const id of open) this.querySelector(`#${CSS.escape(id)}`)?.toggleAttribute("open", true);
    this.prepare();
    const named = focused && this.querySelector<HTMLElement>(`[name="${CSS.escape(focused)}"]`);
    const next = named || this.form?.querySelector<HTMLElement>("[autofocus]") || this.fallback();
    next?.focus();
    void this.preview();
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  private prepare(): void {
    for (const grip of this.querySelectorAll<HTMLElement>("[data-grip]")) grip.hidden = false;
  }

  private readonly typed = (event: Event): void => {
    if (event.target instanceof HTMLInputElement && event.target.name === "preview-width") return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.preview(), PAUSE);
  };

  /** Into the frame's page as it is, so that it neither flickers nor scrolls away. */
  private async preview(): Promise<void> {
    const frame = this.querySelector<HTMLIFrameElement>("iframe[data-preview]");
    const url = frame?.dataset.preview;
    if (!url || !this.form) return;
    this.drawn += 1;
    const mine = this.drawn;
    const response = await fetch(url, { method: "POST", body: new FormData(this.form) });
    if (!response.ok || mine !== this.drawn) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const body = frame.contentDocument?.body;
    body?.replaceChildren(...[...page.body.childNodes].map((node) => document.adoptNode(node)));
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    const verb = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const card = event.target instanceof Element && event.target.closest("[data-card]");
    if (!verb || !event.altKey || !card) return;
    event.preventDefault();
    card.querySelector<HTMLButtonElement>(`[name="do"][value^="${verb} "]`)?.click();
  };

  private readonly grabbed = (event: PointerEvent): void => {
    const grip = event.target instanceof Element && event.target.closest("[data-grip]");
    const card = grip ? grip.closest<HTMLElement>("[data-card]") : null;
    if (!card || event.button !== 0) return;
    event.preventDefault();
    card.toggleAttribute("data-dragged", true);
    const done = new AbortController();
    const signal = done.signal;
    const finish = (): void => {
      done.abort();
      card.removeAttribute("data-dragged");
      if (this.form) void this.redraw(this.form, "refresh");
    };
    window.addEventListener("pointermove", (move) => this.dragged(card, move.clientY), { signal });
    window.addEventListener("pointerup", finish, { signal });
    window.addEventListener("pointercancel", finish, { signal });
  };

  /** Before the first card whose middle is below the pointer, else to the end. */
  private dragged(card: HTMLElement, y: number): void {
    const others = [...this.querySelectorAll<HTMLElement>("[data-card]:not([data-dragged])")];
    const next = others.find((other) => {
      const box = other.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    if (next && next !== card.nextElementSibling) next.before(card);
    else if (!next) card.parentElement?.append(card);
  }
}

customElements.define("form-builder", FormBuilder);
