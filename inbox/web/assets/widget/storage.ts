/** The kept state in a page's own storage; a page that forbids storage gets it for one visit. */
import type { Kept } from "./protocol";

export function load(key: string, otherwise: Kept = {}): Kept {
  try {
    return JSON.parse(localStorage.getItem(key) || "null") || otherwise;
  } catch {
    return otherwise;
  }
}

export function save(key: string, kept: Kept): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Full or forbidden: the chat goes on without a memory.
  }
}

export function forget(key: string): Kept {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
  return {};
}

/** Message by message, since another tab may have queued something meanwhile. */
export function merge(kept: Kept, change: Kept): Kept {
  const queue = { ...kept.queue, ...change.queue };
  for (const id of Object.keys(queue)) if (!queue[id]) delete queue[id];
  return { ...kept, ...change, queue };
}
