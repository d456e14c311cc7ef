/**
 * Builds the browser assets: `node build.mjs [folder] [--watch]`.
 *
 * Every file gets a hash in its name; manifest.json maps plain names ("app.js") to those and says
 * what each needs at once ("app.js needs"), and each is written as .br and .gz too, so that the
 * server never compresses anything itself.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { emojis } from "./emojis.mjs";
import { hues } from "./hues.mjs";
import { sprite } from "./icons.mjs";

const ASSETS = import.meta.dirname;
const ROOT = resolve(ASSETS, "../../..");
const folder = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const DIST = folder ? resolve(folder) : join(ASSETS, "../static/dist");

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  outdir: DIST,
  metafile: true,
  write: false,
  legalComments: "linked",
  plugins: [hues, emojis],
  jsx: "automatic",
  jsxImportSource: "preact",
};
const PAGES = {
  ...COMMON,
  entryPoints: present({
    app: "ts/app.ts",
    "app-style": "css/app.css",
    simulators: "ts/simulators.ts",
    "simulators-style": "css/simulators.css",
    "form-page": "widget/form-page.ts",
    "widget-frame": "widget/frame.tsx",
    "widget-frame-style": "widget/css/frame.css",
    "widget-texts-en": "widget/strings/en.json",
    "widget-texts-de": "widget/strings/de.json",
    "widget-texts-sr-Cyrl": "widget/strings/sr-Cyrl.json",
    "widget-texts-sr-Latn": "widget/strings/sr-Latn.json",
  }),
  format: "esm",
  charset: "utf8", // which modules are always read in
  splitting: true,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
};
/** Host pages load it with a plain script tag, hence no module. */
const LOADER = {
  ...COMMON,
  entryPoints: present({ widget: "widget/loader.ts" }),
  format: "iife",
  entryNames: "[name]-[hash]",
};

await build();
if (process.argv.includes("--watch")) await watch();

async function build() {
  const results = await Promise.all([esbuild.build(PAGES), esbuild.build(LOADER)]);
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const manifest = {};
  for (const result of results) {
    for (const file of result.outputFiles) write(basename(file.path), file.contents);
    Object.assign(manifest, entries(result.metafile));
  }
  manifest["icons.svg"] = hashed("icons", "svg", sprite(ROOT));
  manifest["favicon.svg"] = hashed("favicon", "svg", readFileSync(join(ASSETS, "favicon.svg")));
  writeFileSync(join(DIST, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Rebuilds on every change; polling twice a second costs nothing and works everywhere. */
async function watch() {
  const { setTimeout: pause } = await import("node:timers/promises");
  let before = fingerprint();
  for (;;) {
    await pause(500);
    const now = fingerprint();
    if (now === before) continue;
    before = now;
    await build().catch((error) => console.error(error.message));
  }
}

/** Parts of the product that are not checked out are left out of the build. */
function present(entryPoints) {
  const paths = Object.entries(entryPoints).map(([name, path]) => [name, join(ASSETS, path)]);
  return Object.fromEntries(paths.filter(([, path]) => existsSync(path)));
}

function entries(metafile) {
  const named = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const [, name, extension] = basename(path).match(/^(.+?)(?:-style)?-[A-Z0-9]{8}\.(\w+)$/);
    named[`${name}.${extension}`] = basename(path);
    const needed = output.imports.filter(({ kind }) => kind === "import-statement");
    if (needed.length > 0)
      named[`${name}.${extension} needs`] = needed.map(({ path }) => basename(path)).join(" ");
  }
  return named;
}

function hashed(name, extension, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  const file = `${name}-${hash}.${extension}`;
  write(file, Buffer.from(contents));
  return file;
}

function write(name, contents) {
  writeFileSync(join(DIST, name), contents);
  writeFileSync(join(DIST, `${name}.br`), brotliCompressSync(contents));
  writeFileSync(join(DIST, `${name}.gz`), gzipSync(contents, { level: 9 }));
}

function fingerprint() {
  const files = [ASSETS, join(ROOT, "templates")].flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const digest = createHash("sha256");
  for (const file of files) digest.update(readFileSync(file));
  return digest.digest("hex");
}
