/** A form's own page: fields that depend on others, and what a page around it has to know. */
import "./form-fields";
import type { FormSays } from "./protocol";

if (parent !== window) {
  const then = document.querySelector<HTMLAnchorElement>("a[data-then]")?.href;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    const says: FormSays = { inboxForm: height, ...(then && { inboxFormThen: then }) };
    // it is no secret, so anybody may hear it; the loader checks who says it
    parent.postMessage(says, "*");
  }).observe(document.body);
}
