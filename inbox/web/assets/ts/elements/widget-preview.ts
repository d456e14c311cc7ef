/**
 * <widget-preview> around the chat's own page: shows it as the form on this page says, unsaved.
 *
 * The form's fields are named "settings.…" as the channel's settings are.
 */
const PREFIX = "settings.";

export class WidgetPreview extends HTMLElement {
  private connection = new AbortController();

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.frame?.addEventListener("load", this.show, { signal });
    document.addEventListener("input", this.show, { signal });
    addEventListener("message", this.greet, { signal });
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  private get frame(): HTMLIFrameElement | null {
    return this.querySelector("iframe");
  }

  /** The frame says when it listens, which is later than that it is loaded. */
  private readonly greet = (event: MessageEvent): void => {
    if (event.source === this.frame?.contentWindow && event.data === "inbox-chat-ready")
      this.show();
  };

  private readonly show = (): void => {
    const form = document.querySelector<HTMLFormElement>("form.form");
    if (form)
      this.frame?.contentWindow?.postMessage({ preview: settingsOf(form) }, location.origin);
  };
}

/** One value a field, those that can have several as a list. */
export function settingsOf(form: HTMLFormElement): Record<string, string | string[]> {
  const given = new FormData(form);
  const found: Record<string, string | string[]> = {};
  for (const name of new Set(given.keys())) {
    if (!name.startsWith(PREFIX)) continue;
    const values = given.getAll(name).map(String);
    const short = name.slice(PREFIX.length);
    found[short] = short === "languages" ? values : (values[0] ?? "");
  }
  return found;
}

customElements.define("widget-preview", WidgetPreview);
