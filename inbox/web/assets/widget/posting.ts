/** A message on its way: the id that makes it one, and what is posted for it. */
import type { Host } from "./host";
import type { Queued } from "./protocol";
import { language } from "./texts";

/** `crypto.randomUUID` is missing on pages without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join(
    "-",
  );
}

export function posted({ client_id, text, files, consent, shown }: Queued, host: Host): object {
  return {
    client_id,
    text,
    files: files.map((file) => file.ticket),
    ...(consent && { consent }),
    ...(shown && { shown }),
    ...host.kept.profile,
    page: host.page,
    language: navigator.language.slice(0, 16) || language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
  };
}
