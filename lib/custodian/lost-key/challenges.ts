import "server-only";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { formatSeconds } from "@/lib/crypto/instant";
import { possessionContext, possessionTag } from "@/lib/crypto/possession";
import { ephemeralX25519, randomBytes, sha256 } from "@/lib/crypto/primitives";
import type { Core } from "@/lib/custodian/core";
import { refuse } from "@/lib/custodian/refused";
import type { RewrapChallenge } from "@/lib/escrow/protocol/lost-key";
import type { RewrapTerms } from "@/lib/escrow/protocol/rewrap-statement";

const LIFE_MS = 5 * 60_000;
const SECOND_MS = 1_000;
/** Maximum number of open challenges. The oldest is dropped first. */
const MAX_WAITING = 256;
/** Name of the challenger in the challenge. The holder sees that it is not the portal. */
const ACTOR = "escrow-custodian";

interface Waiting {
  readonly nonce: string;
  /** SHA-256 of the only valid answer. */
  readonly expected: Uint8Array;
  readonly expiresMs: number;
}

/**
 * Open challenges for new keys, the newest of each recovery. They are in memory only. After a restart the holder gets a
 * fresh challenge, and answers to challenges of a former process are refused.
 */
export class RewrapChallenges {
  private readonly waiting = new Map<string, Waiting>();

  /** Returns a fresh challenge to the holder of the terms' new key (privacy.md "Proof of key possession"). */
  ask(core: Core, about: { recovery: string; terms: RewrapTerms; keyId: string }): RewrapChallenge {
    const { recovery, terms, keyId } = about;
    const expiresMs = Math.floor((core.clock.nowMs() + LIFE_MS) / SECOND_MS) * SECOND_MS;
    const ephemeral = ephemeralX25519();
    const nonce = toBase64url(randomBytes(32));
    const ephemeral_key = toBase64url(ephemeral.publicKey);
    const expires_at = formatSeconds(expiresMs);
    const context = possessionContext({
      log: core.log,
      participant: terms.participant,
      key_id: keyId,
      public_key: terms.new_public_key,
      ephemeral_key,
      actor: ACTOR,
      session: recovery,
      nonce,
      expires_at,
    });
    const secret = ephemeral.derive(fromBase64url(terms.new_public_key));
    const expected = sha256(possessionTag("client", secret, context));
    const server_tag = toBase64url(possessionTag("server", secret, context));
    secret.fill(0);
    this.keep(recovery, { nonce, expected, expiresMs });
    return { ephemeral_key, server_tag, nonce, expires_at, context };
  }

  private keep(recovery: string, one: Waiting): void {
    this.waiting.delete(recovery);
    const [oldest] = this.waiting.keys();
    if (oldest !== undefined && this.waiting.size >= MAX_WAITING) this.waiting.delete(oldest);
    this.waiting.set(recovery, one);
  }

  /** Uses up the recovery's challenge, even with a wrong answer. Returns its nonce. Refuses any answer except the holder's. */
  take(core: Pick<Core, "clock">, recovery: string, tag: string): string {
    const one = this.waiting.get(recovery);
    this.waiting.delete(recovery);
    if (one === undefined) return refuse("proof", "There is no challenge for this key: ask for a new one.");
    if (one.expiresMs <= core.clock.nowMs()) refuse("proof", "The challenge has expired: ask for a new one.");
    if (!isAnswer(tag, one.expected)) refuse("proof", "The tag was not made with the new key.");
    return one.nonce;
  }
}

function isAnswer(tag: string, expected: Uint8Array): boolean {
  try {
    return equalConstantTime(sha256(fromBase64url(tag)), expected);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
