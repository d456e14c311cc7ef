/**
 * <mail-frame><div class="mail-bar" hidden>… <button data-images></button></div>
 *   <iframe src="/messages/ID/body" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"></iframe>
 * </mail-frame>: a mail's own HTML, as tall as it is.
 *
 * The server sanitises the body and sends it with a policy of its own (no scripts, no remote
 * images). `<html data-blocked>` in it says that images were held back: the bar shows, and its
 * button loads the frame again with `?images=1`. Scripts never run: the sandbox has none.
 */
export class MailFrame extends HTMLElement {
  private readonly resized = new ResizeObserver(() => this.fit());

  connectedCallback(): void {
    this.frame?.addEventListener("load", this.loaded);
    this.addEventListener("click", this.clicked);
    if (this.body?.readyState === "complete") this.loaded();
  }

  disconnectedCallback(): void {
    this.resized.disconnect();
    this.frame?.removeEventListener("load", this.loaded);
    this.removeEventListener("click", this.clicked);
  }

  private get frame(): HTMLIFrameElement | null {
    return this.querySelector("iframe");
  }

  private get body(): Document | null {
    return this.frame?.contentDocument ?? null;
  }

  private readonly loaded = (): void => {
    const root = this.body?.documentElement;
    if (!root) return;
    this.resized.disconnect();
    this.resized.observe(root);
    this.querySelector(".mail-bar")?.toggleAttribute("hidden", !root.hasAttribute("data-blocked"));
    this.fit();
  };

  private readonly clicked = (event: Event): void => {
    const { frame } = this;
    if (!frame || !(event.target instanceof Element && event.target.closest("[data-images]")))
      return;
    const url = new URL(frame.src);
    url.searchParams.set("images", "1");
    frame.src = url.href;
  };

  private fit(): void {
    const root = this.body?.documentElement;
    if (this.frame && root) this.frame.style.blockSize = `${root.offsetHeight}px`;
  }
}

customElements.define("mail-frame", MailFrame);
