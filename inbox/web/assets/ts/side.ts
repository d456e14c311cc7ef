/** The contact's pane: hidden or shown beside the conversation, a drawer on narrow screens. */
import { onCommand } from "./keys";

const WIDE = "(min-width: 1180.02px)";

export function sideCommands(): void {
  const { body } = document;
  onCommand(
    {
      contact: () => toggle(body),
      back: () => body.dataset.side === "open" && toggle(body),
      shortcuts: () => open("shortcuts"),
    },
    new AbortController().signal,
  );
}

function toggle(body: HTMLElement): boolean {
  if (!document.getElementById("side")) return false;
  const shown = matchMedia(WIDE).matches
    ? body.dataset.side !== "closed"
    : body.dataset.side === "open";
  body.dataset.side = shown ? "closed" : "open";
  return true;
}

function open(id: string): boolean {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
  return dialog !== null;
}
