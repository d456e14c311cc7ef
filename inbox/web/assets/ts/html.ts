/** Where HTML from the server enters the page; everything goes through htmx's swap. */
import htmx from "./htmx";

/** Puts each `<hx-partial hx-target=… hx-swap=…>` of the text where it belongs. */
export function applyPartials(text: string): Promise<void> {
  return htmx.swap({ text, swap: "none", target: document.body, sourceElement: document.body });
}

/** Makes an element like the one in `text`, keeping focus, typed text and selection. */
export function morph(target: Element, text: string): Promise<void> {
  return htmx.swap({ text, swap: "outerMorph", target, sourceElement: target });
}

/** Brings an element to life that did not come by a swap. */
export function process(element: Element): void {
  htmx.process(element);
}

/** After a gap that the server can't replay: fetches each `[data-refresh=URL]` and morphs it. */
export async function refresh(): Promise<void> {
  const stale = document.querySelectorAll<HTMLElement>("[data-refresh]");
  await Promise.all(
    [...stale].map(async (element) => {
      const response = await fetch(element.dataset.refresh ?? "", { headers: FRAGMENT });
      if (response.ok) await morph(element, await response.text());
    }),
  );
}

/** Marks a request as one for a fragment, as htmx's own are. */
export const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" };
