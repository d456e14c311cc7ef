/** Which pages a pattern means: `/pricing*` is a path, `https://shop.example/*` an address. */

export function covers(patterns: string, page: string): boolean {
  const lines = patterns.split("\n").filter((line) => line.trim());
  if (lines.length === 0) return true;
  const url = parsed(page);
  return Boolean(url) && lines.some((line) => isMeant(line.trim(), url as URL));
}

/** What follows a `?` counts only for a pattern that has one itself. */
function isMeant(pattern: string, url: URL): boolean {
  const address = pattern.startsWith("/") ? url.pathname : url.origin + url.pathname;
  const full = address + (pattern.includes("?") ? url.search : "");
  const wild = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${wild.join(".*")}/?$`).test(full);
}

function parsed(page: string): URL | undefined {
  try {
    return new URL(page);
  } catch {
    return undefined;
  }
}
