// lib/audit is the log. entry/ has the format: entries, their sealed parts, tiles and checkpoints.
// record/ writes entries, sequencer/ gives them leaves, signer/ and witness/ sign the tree, timestamp/ has it stamped.
// reading/ and export/ show the log, each within the reader's fence. retention/ erases and prunes, recovery/ repairs.
// self-check/ verifies the server's own database, bundle-verifier/ an exported bundle.
// Always true: an entry's canonical bytes never change, and only these bytes decide its leaf.

import { z } from "zod";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { canonicalBytes, type Json, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "./event";

/** Longest canonical form of an entry, so that a C2SP entry bundle can carry it (two length bytes). */
export const MAX_ENTRY_BYTES = 65_535;

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Uuid7 = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
/** Labels of parts: `org`, or a random label of eight bytes that reveals nothing. */
export const LABEL = /^(?:org|[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048])$/;
const Label = z.string().regex(LABEL);
const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** JSON with I-JSON integers, texts and booleans only. These values always have the same hash. */
const Plain: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.int(), z.boolean(), z.array(Plain), z.record(z.string(), Plain)]),
);

const isSortedBy = <T>(items: readonly T[], key: (item: T) => string): boolean =>
  items.every((item, at) => {
    const before = items[at - 1];
    return before === undefined || key(before) < key(item);
  });

const Pub = z.strictObject({
  envelopes: z
    .array(z.strictObject({ grp: z.string().min(1).max(64), gen: Count, bd: Digest, rl: Digest }))
    .min(1)
    .refine((items) => isSortedBy(items, (item) => `${item.grp}\u0000${String(item.gen).padStart(16, "0")}`))
    .optional(),
  rd: Digest.optional(),
  meta: Digest.optional(),
  thumbprint: Digest.optional(),
  policy: Digest.optional(),
  checkpoint: Plain.optional(),
  prune: Plain.optional(),
  recovery: Plain.optional(),
});

function isMicros(text: string): boolean {
  try {
    return parseMicros(text) >= 0n;
  } catch {
    return false;
  }
}

/** Entry format v1 (audit.md). It is closed and never changes, because entries cannot be migrated. */
export const Entry = z.strictObject({
  v: z.literal(1),
  log: z.string().min(1).max(255),
  id: Uuid7,
  at: z.string().refine(isMicros),
  tenant: z.string().min(1).max(64),
  class: z.enum(ENTRY_CLASSES),
  outcome: z.enum(ENTRY_OUTCOMES),
  sealed: z
    .array(z.strictObject({ c: Label, d: Digest }))
    .refine((items) => isSortedBy(items, (item) => item.c)),
  pub: Pub.optional(),
});
export type Entry = z.infer<typeof Entry>;

/**
 * Returns the canonical bytes of an entry: JCS of the closed schema, at most 65,535 bytes. Only these bytes are
 * stored, hashed and verified.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const checked = Entry.safeParse(entry);
  if (!checked.success)
    throw new FormatError("format.record", "not an entry of format v1", pointerOf(checked.error));
  const bytes = canonicalBytes(checked.data);
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new FormatError("format.length", "an entry is longer than 65,535 bytes");
  return bytes;
}

/** Strict inverse of `encodeEntry`. It refuses any other spelling of the same entry. */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new FormatError("format.length", "an entry is longer than 65,535 bytes");
  const parsed = Entry.safeParse(parseCanonicalJson(fromUtf8(bytes)));
  if (!parsed.success)
    throw new FormatError("format.record", "not an entry of format v1", pointerOf(parsed.error));
  return parsed.data;
}

function pointerOf(error: z.ZodError): { pointer: string } {
  return { pointer: `/${(error.issues[0]?.path ?? []).map(String).join("/")}` };
}

/** 0x00 and an entry. One array serves all calls, because hashing is synchronous and an entry's bytes are public. */
const leafInput = new Uint8Array(1 + MAX_ENTRY_BYTES);
const CHAIN_PREFIX = Uint8Array.of(0x02);

/** leaf = SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1. */
export function entryLeaf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_ENTRY_BYTES) return sha256(leafInput.subarray(0, 1), bytes);
  leafInput.set(bytes, 1);
  return sha256(leafInput.subarray(0, 1 + bytes.length));
}

/** The chain value before entry 0. */
export const CHAIN_START = new Uint8Array(32);

/** c_i = SHA-256(0x02 ‖ c_{i-1} ‖ leaf_i). This column is for people who expect a chain. The tree is the authority. */
export function chainNext(previous: Uint8Array, leaf: Uint8Array): Uint8Array {
  return sha256(CHAIN_PREFIX, previous, leaf);
}
