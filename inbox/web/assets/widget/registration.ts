/** Who the visitor is: a stranger from the first thing that he does, or whom his site vouches for. */
import { type Api, Refused } from "./api";
import { type Host, proofOf } from "./host";
import type { Proof } from "./protocol";

export class Registration {
  private pending?: { proof: Proof; who: string };
  private asking?: Promise<string>;

  constructor(
    private readonly api: Api,
    private readonly host: Host,
    private readonly isNow: (token: string) => void,
  ) {}

  /** Whether there is a proof that the server has not seen. */
  get isPending(): boolean {
    return this.pending !== undefined;
  }

  /** Says whether the one from before was somebody else, whose chat this one must not see. */
  identify(given: Proof): boolean {
    const found = proofOf(given);
    const { who = "" } = this.host.kept;
    if (!found || found.who === who) return false;
    this.pending = found;
    return who !== "";
  }

  token(): Promise<string> {
    const { token } = this.host.kept;
    if (token && !this.pending) return Promise.resolve(token);
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(): Promise<string> {
    const { token: before = "" } = this.host.kept;
    const { pending } = this;
    const token = pending ? await this.prove(pending.proof, before) : await this.api.register();
    this.host.keep({ token, ...(this.pending && { who: this.pending.who }) });
    this.pending = undefined;
    if (token !== before) this.isNow(token);
    return token;
  }

  /** A proof that does not hold makes nobody mute: he stays the stranger that he is. */
  private async prove(proof: Proof, before: string): Promise<string> {
    try {
      return await this.api.register(before, proof);
    } catch (error) {
      if (!(error instanceof Refused && error.problem.code === "bad_identity")) throw error;
      console.error(`InboxChat.identify: ${error.problem.message}`);
      this.pending = undefined;
      return before || this.api.register();
    }
  }
}
