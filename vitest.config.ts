import { defineConfig } from "vitest/config";

export default defineConfig({
  // the module that esbuild takes as well; Node alone would load htmx's classic script
  resolve: { alias: { "htmx.org": "htmx.org/dist/htmx.esm.js" } },
  test: {
    environment: "happy-dom",
    include: ["tests/ts/**/*.test.ts"],
    restoreMocks: true,
    server: { deps: { inline: ["htmx.org"] } },
  },
});
