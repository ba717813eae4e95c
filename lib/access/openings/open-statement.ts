import "server-only";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import type { GrantFacts } from "@/lib/access/rules/facts";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519 } from "@/lib/crypto/primitives";
import { buildOpen, type OpenStatement, validityTime } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** An `open` statement is valid for five minutes and one opening. */
export const OPENING_MS = 5 * 60_000;

/** What the requester signs for one opening, and the portal's key for its answer. */
export interface PreparedOpening {
  readonly statement: OpenStatement;
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly expiresAt: Date;
}

/** What an opening names. */
export interface OpeningScope {
  readonly grant: GrantFacts;
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
}

/** Label under which a reply key is sealed; the opening's id binds it. */
export function replyKeyContext(openingId: string): string {
  return `sealport/opening/1|${openingId}`;
}

/** The session, or the key of a program, that an opening belongs to. */
export function sessionOf({ proof }: Pick<Principal, "proof">): string {
  return proof.kind === "session" ? proof.sessionId : proof.keyId;
}

/** Prepares an opening with its own nonce and reply key (crypto.md "Statements"). */
export function prepareOpenStatement(cx: Context, scope: OpeningScope): PreparedOpening {
  const { handle } = cx.principal;
  const replyKey = generateX25519();
  // Whole seconds, since the statement's validity uses whole seconds.
  const expiresAt = new Date(Math.floor((cx.clock.nowMs() + OPENING_MS) / 1000) * 1000);
  const statement = buildOpen({
    log: cx.instance.log,
    grant: scope.grant.id,
    transactions: [...scope.transactions],
    groups: [...scope.groups],
    level: scope.grant.level,
    purpose: scope.grant.purpose,
    requester: handle,
    session: sessionOf(cx.principal),
    reply_key: toBase64url(replyKey.publicKey),
    nonce: newNonce(),
    expires_at: validityTime(expiresAt),
  });
  return { statement, replyKey, expiresAt };
}
