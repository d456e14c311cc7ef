/** The chat's own page: meets the page around it, then draws. */
import { render } from "preact";
import { Chat } from "./chat";
import { meetHost } from "./host";
import { hueOf } from "./launcher-style";
import type { Config } from "./protocol";
import { Window } from "./window";

const main = document.getElementById("chat") as HTMLElement;
const config: Config = JSON.parse(main.dataset.config ?? "");
useHue(hueOf(document.documentElement.dataset.hue));
const host = await meetHost(config.inbox);
render(<Window chat={new Chat(config, host)} />, main);

/** A constructed sheet, since the page's policy allows no style attributes. */
function useHue(hue: number): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root{--hue:${hue}}`);
  document.adoptedStyleSheets = [sheet];
}
