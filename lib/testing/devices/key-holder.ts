import { createHmac, hkdfSync } from "node:crypto";
import { fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { generateX25519, sha256, x25519Shared } from "@/lib/crypto/primitives";
import type { KeyChallenge, RegisteredKey } from "@/lib/keys/schema";

/** A participant's own program: it has the private key, and computes from privacy.md, not with our code. */
export interface KeyHolder {
  readonly publicKey: string;
  /** For a child process of the same participant. */
  readonly pair: KeyPair;
  /** Returns the answer, after the server showed that it computed the same. */
  answer(challenge: KeyChallenge | undefined): string;
  derive(epk: Uint8Array): Promise<Uint8Array>;
}

function tagsOf(secret: Uint8Array, context: string): { readonly server: string; readonly client: string } {
  const key = Buffer.from(hkdfSync("sha256", secret, sha256(utf8(context)), "sealport/pop/1", 32));
  const tag = (side: string): string =>
    createHmac("sha256", key).update(`${side}\0`).update(context, "utf8").digest("base64url");
  return { server: tag("server"), client: tag("client") };
}

/** Both halves, base64url. */
export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

function newPair(): KeyPair {
  const { publicKey, privateKey } = generateX25519();
  return { publicKey: toBase64url(publicKey), privateKey: toBase64url(privateKey) };
}

export function createKeyHolder(pair = newPair()): KeyHolder {
  const publicKey = fromBase64url(pair.publicKey);
  const privateKey = fromBase64url(pair.privateKey);
  return {
    pair,
    publicKey: toBase64url(publicKey),
    answer: (challenge) => {
      if (challenge === undefined) throw new TypeError("nothing was asked");
      const { context, ephemeral_key, server_tag, nonce, expires_at } = challenge;
      const said: Record<string, unknown> = JSON.parse(context);
      const isOwn = said.public_key === toBase64url(publicKey) && said.v === "sealport/pop/1";
      const isSame =
        said.ephemeral_key === ephemeral_key && said.nonce === nonce && said.expires_at === expires_at;
      if (!isOwn || !isSame) throw new TypeError("the context is not about this");
      const tags = tagsOf(x25519Shared(privateKey, fromBase64url(ephemeral_key)), context);
      if (tags.server !== server_tag) throw new TypeError("the server did not compute the same");
      return tags.client;
    },
    derive: async (epk) => x25519Shared(privateKey, epk),
  };
}

/** Returns the body that registers a holder's key. */
export function heldBy(
  holder: Pick<KeyHolder, "publicKey">,
  participantId: string,
): { participant_id: string; public_key: string; algorithm: "X25519"; custody: "client" } {
  return {
    participant_id: participantId,
    public_key: holder.publicKey,
    algorithm: "X25519",
    custody: "client",
  };
}

/** Returns answers to all that a registration asks. */
export function proofOf(
  registered: RegisteredKey,
  holder: KeyHolder,
  former?: KeyHolder,
): { client_tag: string; replaced_tag?: string } {
  const client_tag = holder.answer(registered.challenge);
  if (former === undefined) return { client_tag };
  return { client_tag, replaced_tag: former.answer(registered.replaces?.challenge) };
}
