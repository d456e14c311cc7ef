/** A hosted form in a foreign page: where its script stands, and as high as what it shows. */
import type { FormSays } from "./protocol";

export function showForm(script: HTMLScriptElement, slug: string): void {
  const { origin } = new URL(script.src);
  const host = document.createElement("inbox-form");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ":host{all:initial!important;display:block!important}iframe{display:block;width:100%;height:480px;border:0;color-scheme:light dark}",
  );
  root.adoptedStyleSheets = [sheet];
  const frame = document.createElement("iframe");
  const language = script.dataset.lang || document.documentElement.lang;
  frame.src = `${origin}/forms/${encodeURIComponent(slug)}?embed=1&lang=${language}`;
  frame.title = script.dataset.title || slug;
  root.append(frame);
  addEventListener("message", (event: MessageEvent<FormSays>) => {
    const isOurs = event.origin === origin && event.source === frame.contentWindow;
    const height = isOurs && Number(event.data?.inboxForm);
    if (height) frame.style.height = `${height}px`;
    const then = isOurs && event.data?.inboxFormThen;
    if (then && /^https?:/.test(then)) location.assign(then);
  });
  script.after(host);
}
