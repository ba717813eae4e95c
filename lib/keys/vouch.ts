import "server-only";
import { parseEntry } from "@/lib/audit/entry/entry";
import type { Context } from "@/lib/context/context";
import { concat, equalConstantTime, fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { DomainError, InvariantError } from "@/lib/errors";
import type { ActiveKeyRow } from "@/lib/keys/store";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";

/** u of the base point (RFC 7748 section 6.1): what a key derives with it is its own public key. */
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** Rows that a keystore has vouched for in this process, by everything that was compared. */
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
 * The public key must be the one whose thumbprint stands in its registration entry, of class key. Anybody who writes rows
 * can write such an entry too; by itself this only keeps the two together.
 */
function requireEntry(row: ActiveKeyRow, publicKey: Uint8Array): void {
  if (row.registration === undefined) refuse(row);
  const { id, pub, class: kind } = parseEntry(row.registration);
  const thumbprint = jwkThumbprint(publicKey);
  const isRecorded = kind === "key" && pub?.thumbprint === thumbprint && row.thumbprint === thumbprint;
  if (!isRecorded || id !== row.registrationEntryId) refuse(row);
}

/**
 * A managed key's public half is the one its sealed private half gives: the blob binds participant, version and public
 * key under a key-encryption key that no database login has, so a row that was changed there vouches for nothing.
 */
async function requirePair(keystore: Keystore, row: ActiveKeyRow, publicKey: Uint8Array): Promise<void> {
  const { blob, kek, participantId: participant, version } = row;
  if (blob === undefined || kek === undefined) return refuse(row);
  const ref: KeyRef = { purpose: "participant", participant, version, publicKey, blob, kek };
  const own = await keystore.derive(ref, BASE_POINT).catch((error: unknown) => {
    // A key service that is away says nothing about the row.
    if (error instanceof DomainError) throw error;
    return refuse(row);
  });
  if (!equalConstantTime(own, publicKey)) refuse(row);
}

const sealContext = (key: Pick<ActiveKeyRow, "participantId" | "version" | "publicKey">): string =>
  `sealport/client-key/1|${key.participantId}|${key.version}|${key.publicKey}`;

/** The keystore's word that the possession of this client-held key was proven: its tag over what the key is, and no more. */
export function sealOf(
  { keystore }: Pick<Context, "keystore">,
  key: Pick<ActiveKeyRow, "participantId" | "version" | "publicKey">,
): string {
  return toBase64url(keystore.sealSecret(sealContext(key), new Uint8Array()));
}

/** A client-held key is the one whose possession was proven: no database login can make the keystore's word for another. */
function requireProven(keystore: Keystore, row: ActiveKeyRow): void {
  if (row.seal === undefined) refuse(row);
  try {
    keystore.openSecret(sealContext(row), fromBase64url(row.seal));
  } catch {
    refuse(row);
  }
}

/**
 * The public key of an active key that may be sealed to. Whoever can write the key table alone cannot have the next
 * envelopes sealed to a key of his. Throws InvariantError.
 */
export async function vouchedPublicKey(
  { keystore }: Pick<Context, "keystore">,
  row: ActiveKeyRow,
): Promise<Uint8Array> {
  const publicKey = fromBase64url(row.publicKey);
  requireEntry(row, publicKey);
  if (row.custody !== "managed") {
    requireProven(keystore, row);
    return publicKey;
  }
  const remembered = rememberedOf(keystore);
  const text = `${row.kid}|${row.publicKey}|${row.kek}|`;
  const seen = toBase64url(sha256(concat(utf8(text), row.blob ?? new Uint8Array())));
  if (remembered.has(seen)) return publicKey;
  await requirePair(keystore, row, publicKey);
  remembered.add(seen);
  return publicKey;
}
