import { z } from "zod";
import { fromBase64 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";

/** A record of the system this one replaces, with its bytes decoded. */
export interface AitbcRecord {
  readonly transactionId: string;
  readonly jobId: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly status: string;
  readonly participants: readonly string[];
  readonly accessPolicies: Readonly<Record<string, unknown>>;
  /** Absent where the record was not confidential; its fields are in `plain` then. */
  readonly sealed: AitbcSealed | undefined;
  readonly plain: Readonly<Record<string, unknown>>;
}

/** AES-256-GCM payload with nonce and tag next to it, and the content key once for each recipient. */
export interface AitbcSealed {
  readonly ciphertext: Uint8Array;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

export const AITBC_ALGORITHM = "AES-256-GCM+X25519";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Ephemeral public key, nonce, and a key of 32 bytes with its tag. */
const WRAPPED_BYTES = 32 + NONCE_BYTES + 32 + TAG_BYTES;
const MAX_PAYLOAD = 16 << 20;

const Base64 = z.string().max(Math.ceil((MAX_PAYLOAD * 4) / 3) + 4);
const Keys = z.record(z.string().min(1).max(255), Base64);
const Absent = z.null().optional();

/** The container as `EncryptedData.to_dict` writes it. */
const Container = z.object({
  ciphertext: Base64,
  encrypted_keys: Keys,
  algorithm: z.literal(AITBC_ALGORITHM),
  nonce: Base64,
  tag: Base64,
});

const Common = z.object({
  transaction_id: z.string().min(1).max(255),
  job_id: z.string().min(1).max(255),
  timestamp: z.string().min(1).max(64),
  status: z.string().max(50).default("created"),
  confidential: z.boolean().default(false),
  participants: z.array(z.string().max(255)).max(1000).nullish(),
  access_policies: z.record(z.string(), z.unknown()).nullish(),
  amount: z.unknown().optional(),
  pricing: z.unknown().optional(),
  settlement_details: z.unknown().optional(),
  currency: z.unknown().optional(),
});

/** A row of the old table, with nonce and tag in separate columns. */
const Row = z.object({
  encrypted_data: Base64,
  encrypted_nonce: Base64,
  encrypted_tag: Base64,
  encrypted_keys: Keys,
  algorithm: z.literal(AITBC_ALGORITHM),
});
const Nested = z.object({ encrypted_data: Container });
const Open = z.object({ encrypted_data: Absent, ciphertext: Absent });

function bytesOf(name: string, text: string, length?: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(text);
  } catch {
    throw new FormatError("format.record", `${name} is not base64`);
  }
  if (length !== undefined && bytes.length !== length)
    throw new FormatError("format.length", `${name} has ${bytes.length} bytes instead of ${length}`);
  return bytes;
}

function sealedOf(container: z.infer<typeof Container>): AitbcSealed {
  const keys = Object.entries(container.encrypted_keys).map(
    ([recipient, text]) => [recipient, bytesOf("an encrypted key", text, WRAPPED_BYTES)] as const,
  );
  return {
    ciphertext: bytesOf("the ciphertext", container.ciphertext),
    nonce: bytesOf("the nonce", container.nonce, NONCE_BYTES),
    tag: bytesOf("the tag", container.tag, TAG_BYTES),
    keys: new Map(keys),
  };
}

function readSealed(value: unknown): AitbcSealed | undefined {
  const nested = Nested.safeParse(value);
  if (nested.success) return sealedOf(nested.data.encrypted_data);
  const flat = Container.safeParse(value);
  if (flat.success) return sealedOf(flat.data);
  const row = Row.safeParse(value);
  if (row.success) {
    const { encrypted_data: ciphertext, encrypted_nonce: nonce, encrypted_tag: tag, ...rest } = row.data;
    return sealedOf({ ...rest, ciphertext, nonce, tag });
  }
  if (Open.safeParse(value).success) return undefined;
  throw new FormatError("format.record", "the sealed payload is in none of the three known forms");
}

/** Returns Unix milliseconds. Python sometimes wrote UTC without a zone, and up to microseconds. */
function instantOf(text: string): number {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const at = Date.parse(zoned.replace(" ", "T"));
  if (!Number.isSafeInteger(at) || at < 0)
    throw new FormatError("format.instant", "the timestamp is not an instant");
  return at;
}

/**
 * Reads one record, in any of the three forms in which the old system wrote its sealed payload. Throws FormatError,
 * which names the fault and never a value.
 */
export function readAitbcRecord(value: unknown): AitbcRecord {
  const common = Common.safeParse(value);
  if (!common.success) {
    const path = (common.error.issues[0]?.path ?? []).join("/");
    throw new FormatError(
      "format.record",
      path === "" ? "not a record" : `${path} is missing or of another type`,
    );
  }
  const { data } = common;
  const sealed = readSealed(value);
  if (data.confidential && sealed === undefined)
    throw new FormatError("format.record", "the record is confidential and has no sealed payload");
  const { amount, pricing, settlement_details, currency } = data;
  return {
    transactionId: data.transaction_id,
    jobId: data.job_id,
    at: instantOf(data.timestamp),
    status: data.status,
    participants: data.participants ?? [],
    accessPolicies: data.access_policies ?? {},
    sealed,
    plain: { amount, pricing, settlement_details, currency },
  };
}
