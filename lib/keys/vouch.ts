import "server-only";
import { parseEntry } from "@/lib/audit/entry/entry";
import type { Context } from "@/lib/context/context";
import { equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { DomainError, InvariantError } from "@/lib/errors";
import type { ActiveKeyRow } from "@/lib/keys/store";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";

/** u of the base point (RFC 7748 section 6.1): a key derives its own public key with it. */
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** Rows that a keystore has vouched for in this process, by a digest of all compared values. */
const vouchedBy = new WeakMap<Keystore, Set<string>>();
const MAX_REMEMBERED = 20_000;

function rememberedOf(keystore: Keystore): Set<string> {
  const known = vouchedBy.get(keystore) ?? new Set();
  if (known.size >= MAX_REMEMBERED) known.clear();
  vouchedBy.set(keystore, known);
  return known;
}

function refuse(row: ActiveKeyRow): never {
  throw new InvariantError(`nothing vouches for the public key of ${row.kid}`);
}

/**
 * Checks that the public key matches the thumbprint in its registration entry, of class key. A person who can write
 * rows can also write such an entry. So this check alone only keeps the two together.
 */
function requireEntry(row: ActiveKeyRow, publicKey: Uint8Array): void {
  if (row.registration === undefined) refuse(row);
  const { id, pub, class: kind } = parseEntry(row.registration);
  const thumbprint = jwkThumbprint(publicKey);
  const isRecorded = kind === "key" && pub?.thumbprint === thumbprint && row.thumbprint === thumbprint;
  if (!isRecorded || id !== row.registrationEntryId) refuse(row);
}

/**
 * Checks that a managed key's public key comes from its sealed private key. The blob binds participant, version and
 * public key under a key-encryption key that no database login has. So a changed row fails.
 */
async function requirePair(keystore: Keystore, row: ActiveKeyRow, publicKey: Uint8Array): Promise<void> {
  const { blob, kek, participantId: participant, version } = row;
  if (blob === undefined || kek === undefined) return refuse(row);
  const ref: KeyRef = { purpose: "participant", participant, version, publicKey, blob, kek };
  const own = await keystore.derive(ref, BASE_POINT).catch((error: unknown) => {
    // While the key service is away, the row is neither proven nor refused.
    if (error instanceof DomainError) throw error;
    return refuse(row);
  });
  if (!equalConstantTime(own, publicKey)) refuse(row);
}

const sealContext = (key: Pick<ActiveKeyRow, "participantId" | "version" | "publicKey">): string =>
  `sealport/client-key/1|${key.participantId}|${key.version}|${key.publicKey}`;

/** Returns the keystore's tag over the values of this client-held key, which shows that its possession was proven. */
export function sealOf(
  { keystore }: Pick<Context, "keystore">,
  key: Pick<ActiveKeyRow, "participantId" | "version" | "publicKey">,
): string {
  return toBase64url(keystore.sealSecret(sealContext(key), new Uint8Array()));
}

/**
 * Checks that a client-held key is the one whose possession was proven: no database login can make the keystore's tag
 * for another.
 */
function requireProven(keystore: Keystore, row: ActiveKeyRow): void {
  if (row.seal === undefined) refuse(row);
  try {
    keystore.openSecret(sealContext(row), fromBase64url(row.seal));
  } catch {
    refuse(row);
  }
}

/** Returns a digest of every value that the checks below read, and of no other. */
function digestOf(row: ActiveKeyRow): string {
  const { participantId, version, custody, publicKey, thumbprint, kek, seal, registrationEntryId } = row;
  const blob = row.blob ?? new Uint8Array();
  const registration = row.registration ?? new Uint8Array();
  const texts = [participantId, version, custody, publicKey, thumbprint, kek, seal, registrationEntryId];
  // With its lengths the text shows where each part ends.
  const text = JSON.stringify([...texts, row.blob?.length, row.registration?.length]);
  return toBase64url(sha256(utf8(text), blob, registration));
}

async function check(keystore: Keystore, row: ActiveKeyRow, publicKey: Uint8Array): Promise<void> {
  requireEntry(row, publicKey);
  if (row.custody === "managed") await requirePair(keystore, row, publicKey);
  else requireProven(keystore, row);
}

/**
 * Returns the public key of an active key that may be sealed to. A person who can only write the key table cannot have
 * envelopes sealed to their own key. A row is checked once in this process, and again when any byte of it has changed.
 * Throws InvariantError.
 */
export async function vouchedPublicKey(
  { keystore }: Pick<Context, "keystore">,
  row: ActiveKeyRow,
): Promise<Uint8Array> {
  const publicKey = fromBase64url(row.publicKey);
  const remembered = rememberedOf(keystore);
  const seen = digestOf(row);
  if (remembered.has(seen)) return publicKey;
  await check(keystore, row, publicKey);
  remembered.add(seen);
  return publicKey;
}
