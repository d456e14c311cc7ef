/**
 * <toast-stack data-close data-undo data-failed>: short messages that go after ten seconds.
 *
 * Each child is `<div class="toast" data-seconds="10">`, put there by the server
 * (`<hx-partial hx-target="#toasts" hx-swap="beforeend">`) or by toast(). A button or form in it
 * with `data-command="undo"` is what Z does. The clock stands while pointer or focus is on it.
 */
const SECONDS = 10;

export function toast(text: string, tone = ""): void {
  document.querySelector<ToastStack>("toast-stack")?.show(text, tone);
}

export class ToastStack extends HTMLElement {
  private readonly added = new MutationObserver(() => this.startClocks());

  connectedCallback(): void {
    this.added.observe(this, { childList: true });
    this.startClocks();
    document.addEventListener("toast", this.onToast);
  }

  disconnectedCallback(): void {
    this.added.disconnect();
    document.removeEventListener("toast", this.onToast);
  }

  /** Without words it says that something failed. */
  show(text: string, tone = ""): void {
    const element = document.createElement("div");
    element.className = "toast";
    if (tone) element.dataset.tone = tone;
    const words = document.createElement("span");
    words.className = "toast-text";
    words.textContent = text || (this.dataset.failed ?? "");
    element.append(words);
    this.append(element);
  }

  /** The answer header `HX-Trigger: {"toast": {"text": "Saved"}}` arrives as this event. */
  private readonly onToast = (event: Event): void => {
    const { text, tone } = (event as CustomEvent<{ text: string; tone?: string }>).detail;
    this.show(text, tone);
  };

  private startClocks(): void {
    for (const element of this.querySelectorAll<HTMLElement>(":scope > .toast:not([data-clock])")) {
      element.dataset.clock = "";
      this.addClose(element);
      startClock(element);
    }
  }

  private addClose(element: HTMLElement): void {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "icon-button";
    close.textContent = "✕";
    close.setAttribute("aria-label", this.dataset.close ?? "");
    close.addEventListener("click", () => element.remove());
    element.append(close);
  }
}

function startClock(element: HTMLElement): void {
  let left = Number(element.dataset.seconds ?? SECONDS);
  const clock = window.setInterval(() => {
    if (!element.isConnected) return window.clearInterval(clock);
    if (element.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0) element.remove();
  }, 1_000);
  element.addEventListener("htmx:after:request", () => element.remove());
}

customElements.define("toast-stack", ToastStack);
