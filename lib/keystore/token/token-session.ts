import "server-only";
import { z } from "zod";
import type { TokenSettings } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { RENEWAL_PAUSE_MS } from "@/lib/keystore/roots/leased-keks";
import { type Patience, persist, unavailable } from "@/lib/keystore/roots/persist";
import { SERVICE } from "@/lib/keystore/roots/pkcs11-tool";
import { readPin, type TokenPlace } from "@/lib/keystore/roots/pkcs11-uri";
import { TokenChild, type TokenOrder } from "@/lib/keystore/token/token-child";

const Failure = z.strictObject({
  n: z.int(),
  error: z.enum(["denied", "absent", "refused", "failed"]),
  what: z.string().max(500),
});
const Opened = z.strictObject({ n: z.int() });

const DOUBT = "answers what was not asked";

/** Number of started processes, which is the number of PIN attempts, and the current one. */
export interface TokenFigures {
  readonly starts: number;
  readonly pid: number | undefined;
}

/**
 * One logged-in session with a token, in its own process. The process is killed when it hangs and started again when it
 * is gone. Commands run one after another. A PIN that the token refuses is not tried again before `forgive`.
 */
export class TokenSession {
  readonly #settings: TokenSettings;
  #child: TokenChild | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #starts = 0;
  #denied: KeystoreError | undefined;
  #away: { readonly sinceMs: number; readonly error: unknown } | undefined;

  constructor(
    private readonly place: Pick<TokenPlace, "module" | "token">,
    settings: TokenSettings,
    private readonly patience: Patience,
    private readonly nowMs: () => number,
  ) {
    this.#settings = settings;
  }

  /** Whether the last order succeeded. False while the token is away or denies. */
  get isUp(): boolean {
    return this.#denied === undefined && this.#away === undefined;
  }

  figures(): TokenFigures {
    return { starts: this.#starts, pid: this.#child?.hasEnded === false ? this.#child.pid : undefined };
  }

  /** The token accepted this PIN elsewhere since, so it may be tried again. */
  forgive(): void {
    this.#denied = undefined;
    this.#away = undefined;
  }

  /**
   * Runs an order in the token. Each attempt asks for its order again. Time and attempts are bounded, and after all of
   * them the token is not called for a while. Throws KeystoreError: `unavailable`, `denied`, `disabled` if the token has
   * no such key, `refused` if its key is not the expected one.
   */
  async ask<T>(orderOf: () => TokenOrder, Answer: z.ZodType<T>): Promise<T> {
    if (this.#denied !== undefined) throw this.#denied;
    if (this.#away !== undefined && this.nowMs() - this.#away.sinceMs < RENEWAL_PAUSE_MS)
      throw this.#away.error;
    try {
      const answer = await persist(SERVICE, this.patience, (signal) =>
        this.inTurn(signal, () => this.askOnce(orderOf(), Answer, signal)),
      );
      this.#away = undefined;
      return answer;
    } catch (error) {
      if (error instanceof KeystoreError && error.code === "keystore.unavailable")
        this.#away = { sinceMs: this.nowMs(), error };
      throw error;
    }
  }

  close(): void {
    this.#child?.kill("was ended");
  }

  /** Runs one at a time. A caller whose time is over does not begin any more. */
  private async inTurn<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const turn = before.then(() => {
      if (signal.aborted) throw unavailable(SERVICE, "does not answer in time");
      return act();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  private async askOnce<T>(order: TokenOrder, Answer: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const child = await this.running(signal);
    return this.read(child, await child.ask(order, signal), Answer);
  }

  private async running(signal: AbortSignal): Promise<TokenChild> {
    if (this.#denied !== undefined) throw this.#denied;
    if (this.#child !== undefined && !this.#child.hasEnded) return this.#child;
    const pin = readPin(this.#settings);
    this.#starts += 1;
    const child = new TokenChild(this.#settings.environment);
    this.#child = child;
    const { module, token } = this.place;
    this.read(child, await child.ask({ act: "open", module, token, pin }, signal), Opened);
    return child;
  }

  /** Returns the process's answer. After a failure of the module a fresh session is used. */
  private read<T>(child: TokenChild, answer: unknown, Answer: z.ZodType<T>): T {
    const good = Answer.safeParse(answer);
    if (good.success) return good.data;
    const failure = Failure.safeParse(answer);
    if (!failure.success) {
      child.kill(DOUBT);
      throw unavailable(SERVICE, DOUBT);
    }
    const { error, what } = failure.data;
    const { token } = this.place;
    if (error === "absent" && !child.isFresh) {
      // An existing session finds nothing after its token was away, so a fresh one is used.
      child.kill("finds no key");
      throw unavailable(SERVICE, "does not have this key, although its session is open");
    }
    if (error === "absent")
      throw new KeystoreError("keystore.disabled", `a key of the token ${token} is gone: ${what}`);
    if (error === "refused")
      throw new KeystoreError("keystore.refused", `a key of the token ${token}: ${what}`);
    child.kill("failed");
    if (error === "failed") throw unavailable(SERVICE, `cannot be used (${what})`);
    this.#denied = new KeystoreError("keystore.denied", `the token ${token} denies (${what}): check the PIN`);
    throw this.#denied;
  }
}
