/** The agents' pages: htmx for requests, one socket for what happens meanwhile, our elements. */
import "./htmx";
import "htmx.org/dist/ext/hx-preload.js";
import "./elements/chat-tools";
import "./elements/canned-picker";
import "./elements/cmd-palette";
import "./elements/copy-text";
import "./elements/form-builder";
import "./elements/inbox-list";
import "./elements/local-time";
import "./elements/mail-frame";
import "./elements/menu-button";
import "./elements/message-list";
import "./elements/reply-box";
import "./elements/reply-limit";
import "./elements/row-selection";
import "./elements/rule-editor";
import "./elements/taken-back";
import "./elements/theme-switch";
import "./elements/toast-stack";
import "./elements/widget-preview";
import { reportFailures } from "./failures";
import { applyPartials, refresh } from "./html";
import { listenForKeys } from "./keys";
import { Live } from "./live";
import { sideCommands } from "./side";
import { showWhatIsOfUse } from "./when";
import { sayZone } from "./zone";

sayZone();
document
  .querySelector(".settings-nav [aria-current]")
  ?.scrollIntoView({ inline: "center", block: "nearest" });
listenForKeys(document.body.dataset.keys);
reportFailures();
sideCommands();
showWhatIsOfUse();
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

const url = document.body.dataset.live;
if (url) {
  const live = new Live({
    url,
    after: document.body.dataset.liveAfter || null,
    apply: applyPartials,
    reset: () => void refresh(),
    shown: () => ({
      list: document.querySelector<HTMLElement>("inbox-list")?.dataset.view,
      conv: document.querySelector<HTMLElement>("message-list")?.dataset.conversation,
    }),
    status: (online) => document.getElementById("offline")?.toggleAttribute("hidden", online),
  });
  live.connect();
}
