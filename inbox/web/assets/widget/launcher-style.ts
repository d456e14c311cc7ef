/** The launcher's look, as a constructed sheet: it needs no style-src of the page around it. */
export function sheetText(hue: number, isAtStart: boolean): string {
  const side = isAtStart ? "start" : "end";
  return `
:host{all:initial!important;display:block!important;position:fixed!important;inset:auto 0 0 auto!important;z-index:2147483000!important}
button{--accent:oklch(50% .15 ${hue});position:fixed;inset-block-end:20px;inset-inline-${side}:20px;width:56px;height:56px;padding:15px;border:0;border-radius:50%;cursor:pointer;background:#385db8;background:var(--accent);color:#fff;box-shadow:0 4px 18px #0005;transition:transform .12s}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px var(--accent)}
svg{display:block;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
b{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;box-sizing:border-box;min-width:22px;padding:0 6px;border-radius:11px;background:#be2323;color:#fff;font:700 12px/22px system-ui,sans-serif;text-align:center}
b:empty{display:none}
iframe{position:fixed;inset-block-end:88px;inset-inline-${side}:20px;width:min(400px,100vw - 24px);height:min(660px,100dvh - 108px);border:0;border-radius:16px;box-shadow:0 12px 48px #0006;background:Canvas;color-scheme:light dark}
iframe.peek{width:min(320px,100vw - 40px);border-radius:14px;box-shadow:0 6px 24px #0004;background:none}
iframe[hidden]{display:none}
@media(max-width:480px){iframe:not(.peek){inset:0;width:100vw;height:100dvh;border-radius:0}}
@media(prefers-reduced-motion:reduce){button{transition:none}button:hover{transform:none}}
@media(forced-colors:active){button{border:2px solid ButtonText}}
@media print{:host{display:none!important}}`;
}

/** The setting's own default where the page names none; 0 is a colour too. */
export function hueOf(given = ""): number {
  const hue = Number.parseInt(given, 10);
  return Number.isFinite(hue) ? hue : 220;
}
