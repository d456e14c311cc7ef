/** The chat's own page: meets the page around it, then draws. */
import { render } from "preact";
import { Chat } from "./chat";
import { meetHost } from "./host";
import { hueOf } from "./launcher-style";
import type { Config } from "./protocol";
import { Window } from "./window";

const main = document.getElementById("chat") as HTMLElement;
const config: Config = JSON.parse(main.dataset.config ?? "");
const draw = (chat: Chat) => render(<Window chat={chat} />, main);
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];
useHue(document.documentElement.dataset.hue);

if (location.search.includes("preview=") && parent !== window) await showPreview();
else draw(new Chat(config, await meetHost(config.inbox)));

/** Nothing in it can be used, so it takes no focus and says nothing to the server. */
async function showPreview(): Promise<void> {
  const { nobody, preview } = await import("./preview");
  Object.assign(config, { watch: false, proactive: [] });
  const chat = new Chat(config, nobody());
  main.inert = true;
  draw(chat);
  preview(config, (hue) => {
    useHue(hue);
    chat.changed();
  });
}

/** A constructed sheet, since the page's policy allows no style attributes. */
function useHue(hue = ""): void {
  sheet.replaceSync(`:root{--hue:${hueOf(hue)}}`);
}
