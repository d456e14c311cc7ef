/** The one script of a foreign page: the chat with its launcher, or a form in its place. */

import { showForm } from "./form";
import { chooseLanguage } from "./language";
import { hueOf, sheetText } from "./launcher-style";
import { type FromFrame, type Profile, type Proof, READY, type ToFrame } from "./protocol";
import { forget, load, merge, save } from "./storage";
import texts from "./strings/launcher.json";

/** Before the script stands what the inbox's settings say, where the server wrote it so. */
declare const INBOX_SITE: Site | undefined;

interface Site {
  inbox?: string;
  hue?: number;
  position?: string;
  /** There is something to do before the visitor opens the chat. */
  awake?: boolean;
}

interface InboxChat {
  open(): void;
  close(): void;
  identify(profile: Profile & Proof): void;
  forget(): void;
}

declare global {
  interface Window {
    InboxChat?: InboxChat;
  }
}

const SVG = "http://www.w3.org/2000/svg";
const BUBBLE = "M21 14a2 2 0 0 1-2 2H8l-5 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z";

const script = document.currentScript as HTMLScriptElement | null;
if (script?.dataset.form) showForm(script, script.dataset.form);
const site = typeof INBOX_SITE === "undefined" ? {} : INBOX_SITE;
const inbox = site.inbox || script?.dataset.inbox;
if (script && inbox && !window.InboxChat) window.InboxChat = start(script, inbox, site);

function start(script: HTMLScriptElement, inbox: string, site: Site): InboxChat {
  const origin = new URL(script.src).origin;
  const key = `inbox-chat:${inbox}`;
  let kept = load(key);
  const language = chooseLanguage(
    kept.lang || script.dataset.lang || document.documentElement.lang || navigator.language,
  );
  const text = texts[language];
  const { root, button, badge } = drawLauncher(
    hueOf(script.dataset.hue ?? `${site.hue}`),
    (script.dataset.position ?? site.position) === "start",
  );
  let page = location.href;
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let waiting: ToFrame[] = [];
  let isOpen = false;

  function label(unread = 0): void {
    const name = isOpen ? text.close : text.open;
    button.ariaLabel = unread ? `${name}. ${text.unread.replace("{count}", `${unread}`)}` : name;
    button.ariaExpanded = `${isOpen}`;
    badge.textContent = unread ? `${Math.min(unread, 99)}` : "";
  }

  function tell(message: ToFrame): void {
    if (port) port.postMessage(message);
    else waiting.push(message);
  }

  function makeFrame(): HTMLIFrameElement {
    if (frame) return frame;
    frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = text.open;
    frame.allow = "clipboard-write; microphone";
    frame.src = `${origin}/widget/${encodeURIComponent(inbox)}?lang=${language}`;
    root.append(frame);
    return frame;
  }

  function introduce(): void {
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (event: MessageEvent<FromFrame>) => hear(event.data);
    page = location.href;
    const hello = {
      inboxChat: 1,
      kept,
      open: isOpen,
      page,
      title: document.title,
      consent: script.dataset.consent === "required",
    };
    frame?.contentWindow?.postMessage(hello, origin, [channel.port2]);
    waiting.forEach(tell);
    waiting = [];
  }

  function hear(message: FromFrame): void {
    if (message.keep) {
      kept = merge(load(key, kept), message.keep);
      save(key, kept);
    }
    if (message.forget) kept = forget(key);
    if (message.unread !== undefined) label(message.unread);
    if (message.close) toggle(false);
    if (message.open) toggle(true);
    if (message.peek !== undefined && !isOpen) peek(message.peek);
  }

  /** A card beside the launcher, as high as it says; it takes no focus. */
  function peek(height: number): void {
    const shown = makeFrame();
    shown.hidden = !height;
    shown.className = "peek";
    shown.style.height = `${height}px`;
  }

  function toggle(open: boolean): void {
    if (open === isOpen) return;
    isOpen = open;
    const shown = makeFrame();
    shown.hidden = !open;
    shown.className = shown.style.height = "";
    label();
    tell({ open });
    (open ? shown : button).focus();
  }

  button.onclick = () => toggle(!isOpen);
  button.onkeydown = (event) => {
    if (event.key === "Escape") toggle(false);
  };
  addEventListener("message", (event) => {
    const isOurs = event.origin === origin && event.source === frame?.contentWindow;
    if (isOurs && event.data === READY) introduce();
  });
  addEventListener("storage", (event) => {
    if (event.key !== key) return;
    kept = load(key);
    tell({ kept });
  });
  label();
  if (kept.token || site.awake) (window.requestIdleCallback || setTimeout)(makeFrame);
  setInterval(() => {
    if (!frame || page === location.href) return;
    page = location.href;
    tell({ page, title: document.title });
  }, 1_000);
  return {
    open: () => toggle(true),
    close: () => toggle(false),
    identify: (profile) => {
      makeFrame();
      tell({ profile });
    },
    forget: () => {
      toggle(false);
      kept = forget(key);
      frame?.remove();
      frame = port = undefined;
      label();
    },
  };
}

/** Made node by node, since a strict page may forbid markup from text (Trusted Types). */
function drawLauncher(hue: number, isAtStart: boolean) {
  const host = document.createElement("inbox-chat");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sheetText(hue, isAtStart));
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.ariaHidden = "true";
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", BUBBLE);
  icon.append(path);
  const badge = document.createElement("b");
  badge.ariaHidden = "true";
  button.append(icon, badge);
  root.append(button);
  document.documentElement.append(host);
  return { root, button, badge };
}
