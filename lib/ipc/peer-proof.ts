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
import type { ServiceHandler } from "@/lib/ipc/server";

// How a part proves at GET /healthz that it has the key which others know it by. The caller draws a challenge and the
// part signs it with its answer. So a proxy's page, another program at its address, an old answer and a changed one do not
// count as the part's.

const PATH = "/healthz";
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
 * Returns the part's interface, whose health has the digest of its instance file, the kind of its custody and, if the
 * caller sends a challenge, its signature of all.
 */
export function withProof(
  handler: ServiceHandler,
  key: { sign(message: Uint8Array): Promise<Uint8Array> },
  custody?: CustodyChoice["kind"],
): ServiceHandler {
  const instance = ownInstanceDigest();
  return async (request) => {
    const answer = await handler(request);
    if (request.path !== PATH || answer.status !== 200) return answer;
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

/** What answers at a part's address is not that part. */
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
  const path = `${PATH}?challenge=${challenge}`;
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
