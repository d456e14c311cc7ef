/**
 * The keyboard: keys become names of commands, commands find whoever does them.
 *
 * A command is first offered as the event `desk:command` on document; an element that takes it
 * calls preventDefault. Otherwise the first visible `[data-command~="name"]` is clicked, so a
 * template gives a button its key just by naming the command. Single keys never fire in fields
 * or while composing; `event.code` stands in on layouts without Latin letters.
 *
 * `<body data-keys="off">` turns single keys off; `data-keys='{"e": "", "x": "resolve"}'` remaps.
 */

export const KEYMAP: Readonly<Record<string, string>> = {
  "mod+k": "palette",
  "/": "search",
  j: "next",
  k: "previous",
  enter: "open",
  o: "open",
  escape: "back",
  r: "reply",
  n: "note",
  f: "forward",
  e: "resolve",
  s: "snooze",
  "s 1": "snooze-tomorrow",
  "s 2": "snooze-monday",
  "s 3": "snooze-week",
  "s 4": "snooze-date",
  "s r": "snooze-reply",
  a: "assign",
  i: "assign-me",
  t: "assign-team",
  l: "tag",
  p: "priority",
  u: "unread",
  x: "select",
  "shift+arrowdown": "select-next",
  "shift+arrowup": "select-previous",
  z: "undo",
  "mod+z": "undo",
  "g i": "go-mine",
  "g u": "go-unassigned",
  "g z": "go-snoozed",
  "g c": "go-contacts",
  "[": "message-previous",
  "]": "message-next",
  v: "contact",
  d: "theme",
  "?": "shortcuts",
};

const SEQUENCE_PAUSE = 1_200;
const FIELDS =
  "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]:not([contenteditable=false])";
const NATIVE = "a[href], button, summary, [role=menuitem], [role=option]";

export function listenForKeys(wishes = ""): void {
  const bindings = new Map(Object.entries(remapped(wishes)));
  let prefix = "";
  let prefixAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyOf(event);
    if (!key || !mayFire(event, key, wishes === "off")) return;
    const sequence =
      prefix && event.timeStamp - prefixAt < SEQUENCE_PAUSE ? `${prefix} ${key}` : "";
    const name = bindings.get(sequence) || bindings.get(key);
    prefix = startsSequence(bindings, key) && !bindings.has(sequence) ? key : "";
    prefixAt = event.timeStamp;
    if (name && run(name)) event.preventDefault();
  });
}

/** Does a command; false when nobody on this page can. */
export function run(name: string): boolean {
  const event = new CustomEvent("desk:command", { detail: { name }, cancelable: true });
  if (!document.dispatchEvent(event)) return true;
  const shown = [...document.querySelectorAll<HTMLElement>(`[data-command~="${name}"]`)].filter(
    visible,
  );
  const target = name === "undo" ? shown.at(-1) : shown[0]; // what was done last is undone first
  if (target instanceof HTMLInputElement) target.focus();
  else target?.click();
  return target !== undefined;
}

/** Takes commands by name; for elements that do something themselves. */
export function onCommand(
  handlers: Record<string, () => boolean | undefined>,
  signal: AbortSignal,
): void {
  document.addEventListener(
    "desk:command",
    (event) => {
      const handler = handlers[(event as CustomEvent<{ name: string }>).detail.name];
      if (handler && handler() !== false) event.preventDefault();
    },
    { signal },
  );
}

/** The keys of a command as they are shown: ["S", "1"], ["Ctrl", "K"]. */
export function keysOf(name: string): string[] {
  const [keys] = Object.entries(KEYMAP).find(([, command]) => command === name) ?? [""];
  return keys
    .split(/[ +]/)
    .filter(Boolean)
    .map((key) => SHOWN[key] ?? key.toUpperCase());
}

/** "j", "?", "mod+k", "shift+arrowdown"; empty for a modifier alone. */
export function keyOf(event: KeyboardEvent): string {
  if (["Shift", "Control", "Alt", "Meta", "Process", "Dead"].includes(event.key)) return "";
  if (event.altKey) return "";
  const modifier = event.ctrlKey || event.metaKey ? "mod+" : "";
  const key = event.key.length === 1 ? letter(event) : event.key.toLowerCase();
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : "";
  return modifier + shift + key;
}

const SHOWN: Record<string, string> = {
  mod: /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl",
  escape: "Esc",
  enter: "↵",
  shift: "⇧",
  arrowdown: "↓",
  arrowup: "↑",
};

/** On Cyrillic, Greek and other layouts the place of the key says which Latin letter is meant. */
function letter(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  if (key <= "\u007f") return key;
  const place = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1];
  return (
    place?.toLowerCase() ?? { Slash: "/", BracketLeft: "[", BracketRight: "]" }[event.code] ?? key
  );
}

function mayFire(event: KeyboardEvent, key: string, singlesOff: boolean): boolean {
  const target = event.target instanceof Element ? event.target : document.body;
  const inField = target.closest(FIELDS) !== null;
  if (key === "escape") return inField ? leave(target) : !target.closest("dialog, [popover]");
  if (key === "mod+z") return !inField;
  if (key.startsWith("mod+")) return true;
  if (inField || singlesOff || target.closest("dialog[open]")) return false;
  return !(key === "enter" && target.closest(NATIVE));
}

/** Escape in a field only leaves it. */
function leave(field: Element): false {
  if (!field.closest("dialog, [popover]")) (field as HTMLElement).blur();
  return false;
}

function remapped(wishes: string): Record<string, string> {
  if (!wishes.startsWith("{")) return KEYMAP;
  return { ...KEYMAP, ...JSON.parse(wishes) };
}

function startsSequence(bindings: Map<string, string>, key: string): boolean {
  return [...bindings.keys()].some((sequence) => sequence.startsWith(`${key} `));
}

/** A menu's items are not visible while it is closed, yet their keys work. */
function visible(element: HTMLElement): boolean {
  return element.closest("[popover]") !== null || element.checkVisibility();
}
