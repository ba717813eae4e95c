import type { Json } from "../json/canonical-json";
import { x25519Handle } from "../primitives";
import { openContentKey, parseEnvelope, type SealedEnvelope, sealEnvelope } from "./envelope";
import type { EnvelopeContext, GroupContent } from "./envelope-format";
import { checkRecord, contentOf, type Derive, decryptContent, oneError } from "./open-envelope";
import { buildRecord, type RecordGroups, recordDigest } from "./record-digest";
import type { RecipientKey } from "./seal-envelope";

/** A key that its holder has, or whose shared secret another program computes. */
export interface OwnKey {
  /** `<participant>#<version>`. */
  readonly kid: string;
  /** The X25519 private key, 32 bytes, or a function that computes with it elsewhere. */
  readonly privateKey: Uint8Array | Derive;
}

/** An envelope as its recipient received it, and what it must be bound to. The binding never comes from the envelope itself. */
export interface ReceivedEnvelope extends Omit<EnvelopeContext, "rd"> {
  readonly envelope: unknown;
  /** The transaction's digest list, whose digest is rd. */
  readonly digests: readonly string[];
  /** Number of fields in the group, if known. It detects a missing field. */
  readonly fieldCount?: number;
}

/**
 * Opens an envelope with the recipient's own key. It makes every check of crypto.md "Open" except the comparison with the
 * audit entry and, without `fieldCount`, the number of fields. Throws the same OpenError for every cause.
 */
export function openReceived(received: ReceivedEnvelope, { kid, privateKey }: OwnKey): Promise<GroupContent> {
  return oneError(async () => {
    const { digests, envelope } = received;
    const context = { ...received, rd: recordDigest(received.tx, digests) };
    const derive = typeof privateKey === "function" ? privateKey : x25519Handle(privateKey).derive;
    const cek = await openContentKey({ ...context, kid, derive });
    try {
      const content = contentOf(decryptContent(parseEnvelope(envelope), cek));
      const fieldCount = received.fieldCount ?? Object.keys(content.fields).length;
      checkRecord(content, context, { list: digests, fieldCount });
      return content;
    } finally {
      cek.fill(0);
    }
  });
}

/** A transaction that is sealed by its sender. */
export interface LocalRecord {
  /** UUID of the transaction, version 7. */
  readonly tx: string;
  /** Newest escrow epoch. */
  readonly ep: string | number;
  /** Fields by group. */
  readonly groups: RecordGroups;
  /** Keys of all participants and exactly one of the escrow. */
  readonly recipients: readonly RecipientKey[];
}

/** The envelopes by group, and the digest list that all of them are bound to. */
export interface SealedRecord {
  readonly digests: readonly string[];
  readonly rd: string;
  readonly envelopes: Readonly<Record<string, SealedEnvelope>>;
}

function saltsOf(
  salts: Readonly<Record<string, Record<string, string>>>,
  group: string,
): Record<string, string> {
  return salts[group] ?? {};
}

/**
 * Seals the groups of a new transaction as cfx1, generation 1, with fresh salts, decoys and keys. Throws FormatError if a
 * recipient's key is invalid, or if not exactly one of them is the escrow's.
 */
export function sealRecord({ tx, ep, groups, recipients }: LocalRecord): SealedRecord {
  const { salts, list, rd } = buildRecord({ tx, groups });
  const envelopes = Object.entries(groups).map(([group, fields]): [string, SealedEnvelope] => {
    const content: Record<string, Json> = { ...fields };
    const sealed = { tx, ep, gen: 1, rd, group, fields: content, salts: saltsOf(salts, group), recipients };
    return [group, sealEnvelope(sealed)];
  });
  return { digests: list, rd, envelopes: Object.fromEntries(envelopes) };
}
