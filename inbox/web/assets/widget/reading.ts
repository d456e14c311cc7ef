/** What the visitor has seen, how much is unread, and what of it peeps out beside the launcher. */
import type { Host } from "./host";
import type { Message, Peek } from "./protocol";

const PEEK_LENGTH = 240;

export class Reading {
  peek?: Peek;
  private toldUpto = "";
  private peekedAt = "";

  constructor(
    private readonly host: Host,
    private readonly tell: (kind: "read" | "delivered", upto: string) => void,
  ) {}

  /** The answers so far, by age. */
  notice(answers: Message[]): void {
    if (this.host.isOpen) this.peek = undefined;
    const newest = answers.at(-1);
    if (!newest) return;
    const isSeen = this.host.isOpen && document.visibilityState === "visible";
    const readUpto = this.host.kept.readUpto ?? "";
    if (isSeen && newest.id > readUpto) {
      this.host.keep({ readUpto: newest.id });
      this.tell("read", newest.id);
    } else if (newest.id > readUpto && newest.id > this.toldUpto) {
      this.tell("delivered", newest.id);
    }
    this.toldUpto = newest.id;
    const unread = isSeen ? 0 : answers.filter((message) => message.id > readUpto).length;
    this.host.tell({ unread });
    if (unread === 0 && this.peek) this.stopPeeking(); // it was read in another tab
    if (!this.host.isOpen && unread > 0 && newest.id > this.peekedAt) {
      this.peekAt({ name: newest.name, text: newest.text });
    }
    this.peekedAt = newest.id;
  }

  peekAt(peek: Peek): void {
    if (!this.host.isFramed || this.host.isOpen) return;
    this.peek = { ...peek, text: peek.text.slice(0, PEEK_LENGTH) };
  }

  stopPeeking(): void {
    this.peek = undefined;
    this.host.tell({ peek: 0 });
  }
}
