/** The reader's time zone: the one of the profile, else the browser's, which the server is told. */

export function zone(): string | undefined {
  return document.documentElement.dataset.zone;
}

/** The server draws days and offers moments in it; no header says it by itself. */
export function sayZone(): void {
  const name = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  if (name) document.cookie = `zone=${name};path=/;max-age=31536000;samesite=lax`;
}
