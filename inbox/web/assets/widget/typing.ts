/** Who types: shown for a few seconds, and told not too often. */
const SHOWN = 6_000;
const TOLD = 3_000;

export class Typing {
  name?: string;
  private timer = 0;
  private toldAt = 0;

  constructor(private readonly changed: () => void) {}

  show(name: string): void {
    clearTimeout(this.timer);
    this.name = name;
    this.timer = window.setTimeout(() => this.hide(), SHOWN);
    this.changed();
  }

  hide(): void {
    clearTimeout(this.timer);
    if (this.name === undefined) return;
    this.name = undefined;
    this.changed();
  }

  tell(say: () => void): void {
    const now = Date.now();
    if (now - this.toldAt < TOLD) return;
    this.toldAt = now;
    say();
  }
}
