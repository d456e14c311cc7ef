/**
 * One SVG sprite with only the icons that are used.
 *
 * A name counts as used when a template says icon("name"), icon="name" and the like; icons.json
 * lists those that are chosen by data: of channels, events and views.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const USE = /(?:\b|_)(?:icon(?:_button)?\(|empty\(|icon=|mark=)\s*["']([a-z0-9-]+)["']/g;

export function sprite(root) {
  const symbols = [...names(root)].sort().map((name) => symbol(root, name));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

function names(root) {
  const used = new Set(JSON.parse(readFileSync(join(root, "inbox/web/assets/icons.json"), "utf8")));
  const templates = join(root, "templates");
  for (const file of readdirSync(templates, { recursive: true })) {
    if (!file.endsWith(".html")) continue;
    const text = readFileSync(join(templates, file), "utf8");
    for (const [, name] of text.matchAll(USE)) used.add(name);
  }
  return used;
}

function symbol(root, name) {
  const path = join(root, "node_modules/lucide-static/icons", `${name}.svg`);
  const [, body] = readFileSync(path, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/);
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
}
