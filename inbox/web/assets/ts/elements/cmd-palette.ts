/**
 * <cmd-palette data-search="/searches" data-here="On this page" data-nothing="Nothing found">
 *   <dialog class="palette"><input role="combobox" …><div role="listbox" …></div></dialog>
 * </cmd-palette>: every command of the page and, from two letters on, what the server finds.
 *
 * The server answers `GET data-search?q=…` (a fragment) with
 * `<div class="palette-group">People</div>` and
 * `<div class="palette-item" role="option" data-href="/contacts/7">icon <span>…</span></div>`.
 * Commands are the page's own `[data-command]` elements: their words, their icon, their keys.
 */
import { FRAGMENT } from "../html";
import { keysOf, onCommand } from "../keys";

const PAUSE = 120;
const SEARCH_FROM = 2;
const ELSEWHERE = "nav, .pane-back, .side-close";

export class CmdPalette extends HTMLElement {
  private connection = new AbortController();
  private search = new AbortController();
  private timer = 0;

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    onCommand({ palette: () => this.show(), search: () => this.show() }, signal);
    document.addEventListener("click", this.opener, { signal });
    this.addEventListener("input", () => this.changed(), { signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.addEventListener("click", this.clicked, { signal });
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  private get dialog(): HTMLDialogElement | null {
    return this.querySelector("dialog");
  }

  private get input(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  private get list(): HTMLElement | null {
    return this.querySelector("[role=listbox]");
  }

  private get options(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private get selected(): HTMLElement | undefined {
    return this.options.find((option) => option.getAttribute("aria-selected") === "true");
  }

  private show(): boolean {
    const { dialog, input } = this;
    if (!dialog || !input) return false;
    if (!dialog.open) dialog.showModal();
    input.value = "";
    input.focus();
    this.draw("");
    return true;
  }

  /** The search field of the nav is a link for pages without JavaScript. */
  private readonly opener = (event: Event): void => {
    const link =
      event.target instanceof Element && event.target.closest('a[data-command~="palette"]');
    if (!link || (event as MouseEvent).ctrlKey || (event as MouseEvent).metaKey) return;
    event.preventDefault();
    this.show();
  };

  private changed(): void {
    window.clearTimeout(this.timer);
    this.search.abort();
    const query = this.input?.value.trim() ?? "";
    this.draw(query);
    if (query.length >= SEARCH_FROM)
      this.timer = window.setTimeout(() => void this.find(query), PAUSE);
  }

  private draw(query: string): void {
    const commands = commandsOf(document, query);
    const heading = commands.length ? [group(this.dataset.here ?? "")] : [];
    this.list?.replaceChildren(...heading, ...commands.map(option));
    this.select(this.options[0]);
  }

  private async find(query: string): Promise<void> {
    this.search = new AbortController();
    const url = new URL(this.dataset.search ?? "", location.href);
    url.searchParams.set("q", query);
    const response = await fetch(url, { headers: FRAGMENT, signal: this.search.signal }).catch(
      () => null,
    );
    if (!response?.ok || !this.list) return;
    const html = await response.text();
    if (this.input?.value.trim() !== query) return;
    this.list.insertAdjacentHTML("beforeend", html);
    if (!this.options.length) this.list.replaceChildren(nothing(this.dataset.nothing ?? ""));
    if (!this.selected) this.select(this.options[0]);
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    const { options, selected } = this;
    if (event.isComposing) return;
    const at = selected ? options.indexOf(selected) : -1;
    if (event.key === "ArrowDown") this.select(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp")
      this.select(options[(at - 1 + options.length) % options.length]);
    else if (event.key === "Enter") this.choose(selected);
    else return;
    event.preventDefault();
  };

  private readonly clicked = (event: Event): void => {
    const target = event.target as Element;
    if (target === this.dialog) return this.dialog.close();
    this.choose(target.closest<HTMLElement>("[role=option]") ?? undefined);
  };

  private select(wanted: HTMLElement | undefined): void {
    for (const [index, option] of this.options.entries()) {
      option.id ||= `palette-option-${index}`;
      option.setAttribute("aria-selected", String(option === wanted));
    }
    wanted?.scrollIntoView({ block: "nearest" });
    if (wanted) this.input?.setAttribute("aria-activedescendant", wanted.id);
    else this.input?.removeAttribute("aria-activedescendant");
  }

  private choose(chosen: HTMLElement | undefined): void {
    if (!chosen) return;
    this.dialog?.close();
    const { href } = chosen.dataset;
    if (href) location.assign(href);
    else targets.get(chosen)?.click();
  }
}

interface Command {
  element: HTMLElement;
  label: string;
}

const targets = new WeakMap<HTMLElement, HTMLElement>();

/**
 * One for each name: what can be done here, then where one can go. With a query, those whose
 * words begin with it first.
 */
function commandsOf(page: Document, query: string): Command[] {
  const seen = new Set<string>(["palette"]);
  const commands: Command[] = [];
  for (const element of page.querySelectorAll<HTMLElement>("[data-command]")) {
    const name = firstName(element);
    if (seen.has(name)) continue;
    seen.add(name);
    commands.push({ element, label: labelOf(element) });
  }
  // what stands in a menu is named by it: "Snooze: This evening"
  for (const command of commands) {
    const name = firstName(command.element);
    const menu = commands.find(({ element }) => name.startsWith(`${firstName(element)}-`));
    if (menu && !command.label.startsWith(menu.label))
      command.label = `${menu.label}: ${command.label}`;
  }
  const wanted = query.toLocaleLowerCase();
  const place = ({ label }: Command) => ` ${label.toLocaleLowerCase()}`.indexOf(` ${wanted}`);
  if (wanted)
    return commands
      .filter((command) => place(command) >= 0)
      .sort((one, other) => place(one) - place(other));
  const elsewhere = ({ element }: Command) => Number(Boolean(element.closest(ELSEWHERE)));
  return commands.sort((one, other) => elsewhere(one) - elsewhere(other));
}

/** An element may answer to several commands; the first one gives it its keys. */
function firstName(element: HTMLElement): string {
  return element.dataset.command?.split(" ")[0] ?? "";
}

function labelOf(element: HTMLElement): string {
  const words = element.querySelector(".nav-label, span:not(.visually-hidden)")?.textContent;
  return (element.getAttribute("aria-label") || words || element.textContent || "").trim();
}

function option({ element, label }: Command): HTMLElement {
  const item = document.createElement("div");
  item.className = "palette-item";
  item.setAttribute("role", "option");
  const icon = element.querySelector("svg")?.cloneNode(true);
  const words = document.createElement("span");
  words.textContent = label;
  item.append(...(icon ? [icon] : []), words, shortcut(firstName(element)));
  targets.set(item, element);
  return item;
}

function shortcut(name: string): HTMLElement {
  const keys = document.createElement("span");
  keys.className = "palette-keys";
  for (const key of keysOf(name))
    keys.append(Object.assign(document.createElement("kbd"), { textContent: key }));
  return keys;
}

function group(label: string): HTMLElement {
  const heading = document.createElement("div");
  heading.className = "palette-group";
  heading.setAttribute("role", "presentation");
  heading.textContent = label;
  return heading;
}

function nothing(text: string): HTMLElement {
  const element = document.createElement("p");
  element.className = "palette-empty";
  element.textContent = text;
  return element;
}

customElements.define("cmd-palette", CmdPalette);
