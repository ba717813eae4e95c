import { equalConstantTime, fromBase64url, toBase64url } from "./bytes";
import { FormatError } from "./format-error";
import { parsePossessionContext, possessionTag, verifyPossessionTag } from "./possession";
import { x25519Handle } from "./primitives";

/** The portal's challenge to a key that is to be registered, as the API returns it (privacy.md "Proof of key possession"). */
export interface PossessionChallenge {
  readonly context: string;
  readonly ephemeral_key: string;
  readonly server_tag: string;
  readonly nonce: string;
  readonly expires_at: string;
}

/** The challenged key and what it is registered for. These values never come from the challenge itself. */
export interface AskedKey {
  readonly privateKey: Uint8Array;
  readonly participant: string;
  /** Origin of the log. */
  readonly log: string;
}

/**
 * Returns the client's tag for a challenge, to be sent as `client_tag`. Throws FormatError if the challenge names another
 * key, participant or log, if its members differ from the signed ones, or if the portal's tag is wrong.
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
