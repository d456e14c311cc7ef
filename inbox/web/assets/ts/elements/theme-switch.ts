/**
 * <theme-switch> around a form whose buttons are name="theme" value="" | "light" | "dark":
 * changes the page at once and tells the server meanwhile. Key D flips between dark and light.
 */
import { onCommand } from "../keys";

export class ThemeSwitch extends HTMLElement {
  private connection = new AbortController();

  connectedCallback(): void {
    this.connection = new AbortController();
    this.addEventListener("submit", this.choose, { signal: this.connection.signal });
    onCommand({ theme: () => this.flip() }, this.connection.signal);
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  private readonly choose = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.submitter instanceof HTMLButtonElement) this.set(event.submitter.value);
  };

  private flip(): undefined {
    this.set(isDark() ? "light" : "dark");
  }

  private set(theme: string): void {
    const form = this.querySelector("form");
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    for (const button of this.querySelectorAll<HTMLButtonElement>("button[name=theme]")) {
      button.setAttribute("aria-checked", String(button.value === theme));
    }
    if (form) void fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }) });
  }
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

customElements.define("theme-switch", ThemeSwitch);
