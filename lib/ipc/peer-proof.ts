import "server-only";
import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { ed25519Verify, randomBytes } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { CustodyChoice } from "@/lib/env/custody";
import { ownInstanceDigest } from "@/lib/env/instance-file";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { PART_PATHS } from "@/lib/ipc/part-paths";
import type { ServiceHandler } from "@/lib/ipc/server";

// How a part proves at GET /healthz that it has the key by which others know it. The caller makes a random challenge, and
// the part signs it together with its answer. So the page of a proxy, another program at the address, an old answer and a
// changed one are not taken for the part's.

const MAX_BYTES = 65_536;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const Health = z.looseObject({
  proof: z.string(),
  instance: z.string().optional(),
  custody: z.string().optional(),
});
export type PeerHealth = z.infer<typeof Health>;

/** No one signs these bytes for another purpose: a checkpoint begins with its log's name, a cosignature with its own. */
const provenBytes = (challenge: string, health: object): Uint8Array =>
  statementBytes("health", { challenge, health });

/**
 * Returns the part's handler with more facts in its health: the digest of its instance file, and where its root key is.
 * If the caller sends a challenge, the part's signature over all of it is added.
 */
export function withProof(
  handler: ServiceHandler,
  key: { sign(message: Uint8Array): Promise<Uint8Array> },
  custody?: CustodyChoice["kind"],
): ServiceHandler {
  const instance = ownInstanceDigest();
  return async (request) => {
    const answer = await handler(request);
    if (request.path !== PART_PATHS.health || answer.status !== 200) return answer;
    const body = {
      ...Object(answer.body),
      ...(instance === undefined ? {} : { instance }),
      ...(custody === undefined ? {} : { custody }),
    };
    const challenge = request.query.get("challenge");
    if (challenge === null) return { ...answer, body };
    if (!CHALLENGE.test(challenge)) return { status: 400 };
    const proof = toBase64url(await key.sign(provenBytes(challenge, body)));
    return { ...answer, body: { ...body, proof } };
  };
}

/** Thrown if the program that answers at a part's address is not that part. */
export class NotThePart extends Error {
  override readonly name = "NotThePart";
}

function isProven({ proof, ...health }: PeerHealth, challenge: string, vkey: string): boolean {
  try {
    return ed25519Verify(parseVkey(vkey).publicKey, provenBytes(challenge, health), fromBase64url(proof));
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function parseHealth(body: Buffer): PeerHealth | undefined {
  try {
    return Health.parse(JSON.parse(body.toString("utf8")));
  } catch {
    return undefined;
  }
}

/**
 * Returns the health of the part at `url`. Throws ServiceUnavailable if it gives no answer, and NotThePart if the answer
 * is not 200 or does not prove the key of `vkey`.
 */
export async function askPeer(url: string, vkey: string, timeoutMs: number): Promise<PeerHealth> {
  const challenge = toBase64url(randomBytes(32));
  const path = `${PART_PATHS.health}?challenge=${challenge}`;
  const reply = await callService(url, { method: "GET", path, timeoutMs, maxBytes: MAX_BYTES });
  if (reply.status !== 200) throw new NotThePart(`answered ${reply.status}`);
  const health = parseHealth(reply.body);
  if (health === undefined || !isProven(health, challenge, vkey))
    throw new NotThePart("does not prove its key: another one, or another program, answers there");
  return health;
}

/** Returns the part's health; undefined where it does not answer or another program does. */
export async function askPeerIfUp(
  url: string,
  vkey: string,
  timeoutMs: number,
): Promise<PeerHealth | undefined> {
  try {
    return await askPeer(url, vkey, timeoutMs);
  } catch (error) {
    if (error instanceof ServiceUnavailable || error instanceof NotThePart) return undefined;
    throw error;
  }
}
