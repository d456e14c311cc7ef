/**
 * <canned-picker data-source="/conversations/7/canned-responses" hidden>: finds a canned response
 * and puts it into the text of the <reply-box> around it.
 *
 *   <canned-picker …><input role="combobox" aria-controls="canned-list">
 *     <div id="canned-list" role="listbox"></div></canned-picker>
 *
 * "/" at the beginning of a line opens it, as does a button `data-canned`. Escape puts back what was
 * typed, so that a line may begin with a slash.
 */
import { FRAGMENT } from "../html";
import type { ReplyBox } from "./reply-box";
import { toast } from "./toast-stack";

const PAUSE = 120;

class CannedPicker extends HTMLElement {
  private connection = new AbortController();
  private bySlash = false;
  private stepped = false;
  private timer = 0;
  private asked = 0;

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.box?.addEventListener("keydown", this.slash, { signal });
    this.box?.addEventListener("click", this.clicked, { signal });
    this.addEventListener("input", this.typed, { signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.addEventListener("focusout", this.left, { signal });
  }

  disconnectedCallback(): void {
    this.connection.abort();
    window.clearTimeout(this.timer);
  }

  private get box(): ReplyBox | null {
    return this.closest("reply-box");
  }

  private get search(): HTMLInputElement {
    return this.querySelector("input") as HTMLInputElement;
  }

  private get list(): HTMLElement {
    return this.querySelector("[role=listbox]") as HTMLElement;
  }

  private get options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private readonly slash = (event: KeyboardEvent): void => {
    const field = event.target;
    if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (!(field instanceof HTMLTextAreaElement)) return;
    const before = field.value.slice(0, field.selectionStart);
    if (before !== "" && !before.endsWith("\n")) return;
    event.preventDefault();
    this.open(true);
  };

  private readonly clicked = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-canned]")) this.open(false);
    const option = target?.closest<HTMLElement>("[role=option]");
    if (option && this.contains(option)) void this.take(option);
  };

  private open(bySlash: boolean): void {
    this.bySlash = bySlash;
    this.hidden = false;
    this.search.value = "";
    this.search.focus();
    void this.fetch();
  }

  private readonly typed = (event: Event): void => {
    event.stopPropagation();
    this.stepped = false;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.fetch(), PAUSE);
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const erased = event.key === "Backspace" && this.search.value === "" && this.bySlash;
    if (step) this.step(step);
    else if (event.key === "Enter") void this.take(this.chosen);
    else if (event.key === "Escape") this.putBack();
    else if (erased) this.close("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** To another field by Tab or a click. */
  private readonly left = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && this.contains(event.relatedTarget)) return;
    window.setTimeout(() => {
      if (!this.contains(document.activeElement)) this.hidden = true;
    }, 150);
  };

  private get chosen(): HTMLElement | null {
    return this.list.querySelector('[aria-selected="true"]');
  }

  private step(by: number): void {
    const { options } = this;
    const at = this.chosen ? options.indexOf(this.chosen) : -1;
    this.stepped = true;
    const next = options[(at + by + options.length) % options.length];
    if (next) this.mark(next);
  }

  private mark(option: HTMLElement): void {
    for (const one of this.options) one.setAttribute("aria-selected", String(one === option));
    this.search.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  private putBack(): void {
    this.close(this.bySlash ? `/${this.search.value}` : "");
  }

  private close(text: string): void {
    this.hidden = true;
    this.list.replaceChildren();
    this.search.removeAttribute("aria-activedescendant");
    this.box?.insert(text);
  }

  private async fetch(): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    const url = `${this.dataset.source}?q=${encodeURIComponent(this.search.value)}`;
    const answer = await fetch(url, { headers: FRAGMENT }).catch(() => null);
    if (mine !== this.asked || !answer?.ok) return;
    const before = this.stepped ? this.chosen?.id : "";
    this.list.innerHTML = await answer.text();
    const next = this.options.find((one) => one.id === before) ?? this.options[0];
    if (next) this.mark(next);
    else this.search.removeAttribute("aria-activedescendant");
  }

  private async take(option: HTMLElement | null): Promise<void> {
    if (!option) return;
    const url = `${this.dataset.source}/${option.dataset.id}/uses`;
    const answer = await fetch(url, { method: "POST", headers: FRAGMENT }).catch(() => null);
    if (!answer?.ok) return toast("", "danger");
    this.close(((await answer.json()) as { text: string }).text);
  }
}

customElements.define("canned-picker", CannedPicker);
