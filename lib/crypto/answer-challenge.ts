import { equalConstantTime, fromBase64url, toBase64url } from "./bytes";
import { FormatError } from "./format-error";
import { parsePossessionContext, possessionTag, verifyPossessionTag } from "./possession";
import { x25519Handle } from "./primitives";

/** What the portal asks of a key that is to be registered, as it answers it (privacy.md "Proof of key possession"). */
export interface PossessionChallenge {
  readonly context: string;
  readonly ephemeral_key: string;
  readonly server_tag: string;
  readonly nonce: string;
  readonly expires_at: string;
}

/** The key that is asked, and what it is asked for: never taken from the challenge itself. */
export interface AskedKey {
  readonly privateKey: Uint8Array;
  readonly participant: string;
  /** Origin of the log. */
  readonly log: string;
}

/**
 * The client's tag for a challenge, to be sent as `client_tag`. Throws FormatError where the challenge is about another key,
 * participant or log, its members differ from what is signed for, or the portal did not compute the same.
 */
export function answerChallenge(
  challenge: PossessionChallenge,
  { privateKey, participant, log }: AskedKey,
): string {
  const { context, ephemeral_key, nonce, expires_at } = challenge;
  const claims = parsePossessionContext(context);
  const { publicKey, derive } = x25519Handle(privateKey);
  const isOwn =
    claims.log === log &&
    claims.participant === participant &&
    equalConstantTime(fromBase64url(claims.public_key), publicKey);
  const isSame =
    claims.ephemeral_key === ephemeral_key && claims.nonce === nonce && claims.expires_at === expires_at;
  if (!isOwn || !isSame)
    throw new FormatError("format.text", "the challenge is not about this key, participant and log");
  const secret = derive(fromBase64url(ephemeral_key));
  try {
    if (!verifyPossessionTag("server", secret, context, fromBase64url(challenge.server_tag)))
      throw new FormatError("format.text", "the portal did not compute the same");
    return toBase64url(possessionTag("client", secret, context));
  } finally {
    secret.fill(0);
  }
}
