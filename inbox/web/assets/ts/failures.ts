/** Answers that must not replace part of the page become a toast in plain words. */
import { toast } from "./elements/toast-stack";

const CAN_BE_SHOWN_IN_PLACE = [400, 409, 413, 422];

interface Failure {
  ctx: { response?: { status: number; headers: Headers }; text?: string };
}

export function reportFailures(): void {
  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = (event as CustomEvent<Failure>).detail;
    const status = ctx.response?.status ?? 0;
    if (status === 401) return location.reload();
    if (!CAN_BE_SHOWN_IN_PLACE.includes(status)) toast(words(ctx), "danger");
  });
  document.addEventListener("htmx:error", () => toast("", "danger"));
}

/** The server's own sentence, when it sent one as plain text. */
function words({ response, text }: Failure["ctx"]): string {
  const plain = response?.headers.get("Content-Type")?.startsWith("text/plain");
  return plain ? (text ?? "") : "";
}
