import { z } from "zod";
import { LABEL } from "@/lib/audit/entry/entry";
import { toBase64 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { canonicalJson, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { isLaterPart } from "../parts/part-list";

/** Names of a bundle's files; a canonical zip orders them bytewise. */
export const BUNDLE_FILES = {
  checkpoint: "checkpoint.txt",
  checkpoints: "checkpoints.json",
  entries: "entries.ndjson",
  /** Present only if more parts are erased than the manifest may list. */
  erased: "erased.txt",
  keys: "keys.json",
  leaves: "leaves.txt",
  manifest: "manifest.txt",
  /** Present only if more parts are missing than the manifest may list. */
  missing: "missing.txt",
  page: "page.html",
  places: "places.txt",
  readme: "README.txt",
  /** Present only if a checkpoint has an RFC 3161 token. */
  timestamps: "timestamps.json",
  /** Present only if more numbers are withheld than the manifest may list. */
  withheld: "withheld.txt",
} as const;

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Micros = z.string().refine(isMicros);

function isMicros(text: string): boolean {
  try {
    return parseMicros(text) >= 0n;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Maximum number of consecutive logs. */
const MOST_FOLLOWERS = 100;

/** What the exporter signs about a bundle. */
const ManifestShape = z.strictObject({
  v: z.literal(1),
  log: z.string().min(1),
  exported_at: Micros,
  /** Entry that records this export. */
  export_entry: z.string(),
  /** The log with that entry, if it is another one. A closed log accepts no entries. */
  recorded_in: z.string().min(1).optional(),
  /** Sequence numbers from (included) and to (not included). */
  range: z.strictObject({ from: Seq, to: Seq }),
  filter: z.record(z.string(), z.string()),
  /** True when every entry of the range is here except those in `withheld`. */
  complete: z.boolean(),
  /** Present if the export asked for no sealed parts. Then the bundle has none. */
  parts: z.literal("none").optional(),
  withheld: z.array(Seq),
  /** If there are many, withheld.txt has the numbers instead: how many numbers, and in how many ranges. */
  withheld_file: z.strictObject({ count: Seq.min(1), ranges: Seq.min(1) }).optional(),
  count: Seq,
  /** Size of the tree at the newest checkpoint, at which the bundle ends. */
  size: Seq,
  /** Number of later entries that are left out. `oldest_at` is the time of the oldest. */
  later: z.strictObject({ count: Seq, oldest_at: Micros.optional() }),
  files: z.array(z.strictObject({ name: z.string(), sha256: Digest, bytes: Seq })),
  /** Parts whose key was destroyed, and the entry that records it. Absent when there are none. */
  erased: z.array(z.strictObject({ seq: Seq, c: z.string(), entry: z.string() })).optional(),
  /** If there are many, erased.txt has these parts instead: how many. */
  erased_file: z.strictObject({ count: Seq.min(1) }).optional(),
  /** First number whose bytes are still kept, and the `log.prune` entry. Absent when nothing was pruned. */
  pruned: z.strictObject({ minimum: Seq, entry: z.string() }).optional(),
  /** Parts that an entry binds and that the exporter did not find at the place that the entry names. */
  missing: z
    .array(z.strictObject({ seq: Seq, c: z.string().regex(LABEL) }))
    .min(1)
    .refine((parts) => parts.every((part, at) => isLaterPart(part, parts[at - 1])))
    .optional(),
  /** If there are many, missing.txt has these parts instead: how many. */
  missing_file: z.strictObject({ count: Seq.min(1) }).optional(),
  /** Later logs with erasures that are not here, because this log was closed before them. In order. */
  erased_in: z
    .array(z.string().min(1))
    .min(1)
    .max(MOST_FOLLOWERS)
    .refine((logs) => logs.every((log, at) => at === 0 || log > (logs[at - 1] ?? "")))
    .optional(),
});
export type Manifest = z.infer<typeof ManifestShape>;

/** Each bundle has one form: a list is never both here and in a file. */
export const Manifest = ManifestShape.refine(
  (manifest) =>
    (manifest.withheld_file === undefined || manifest.withheld.length === 0) &&
    (manifest.erased_file === undefined || manifest.erased === undefined) &&
    (manifest.missing_file === undefined || manifest.missing === undefined) &&
    (manifest.erased_in === undefined || !manifest.erased_in.includes(manifest.log)),
);

/** Maximum number of numbers in a manifest. If there are more, a file has them. */
export const WITHHELD_LISTED = 1_000;

/** Maximum number of erased parts in a manifest. */
export const ERASED_LISTED = 1_000;

/** Maximum number of missing parts in a manifest. */
export const MISSING_LISTED = 1_000;

/** A missing part, as a line of missing.txt. */
export function missingLine({ seq, c }: NonNullable<Manifest["missing"]>[number]): string {
  return `${seq} ${c}\n`;
}

/** A part whose key was destroyed, as a line of erased.txt. */
export function erasedLine({ seq, c, entry }: NonNullable<Manifest["erased"]>[number]): string {
  return `${seq} ${c} ${entry}\n`;
}

/** Returns the text of the manifest's signed note. Its first line distinguishes it from receipts and checkpoints. */
export function manifestText(manifest: Manifest): string {
  return `${manifest.log}/bundle/${manifest.v}\n${canonicalJson(manifest)}\n`;
}

/** Strict inverse of `manifestText`. */
export function parseManifestText(text: string): Manifest {
  const [first, json, end, ...rest] = text.split("\n");
  if (json === undefined || end !== "" || rest.length > 0)
    throw new FormatError("format.bundle", "not a manifest");
  const parsed = Manifest.safeParse(parseCanonicalJson(json));
  if (!parsed.success || first !== `${parsed.data.log}/bundle/${parsed.data.v}`) {
    throw new FormatError("format.bundle", "not a manifest");
  }
  return parsed.data;
}

/**
 * What the exporter signs about one position: this leaf was at this sequence number. The tree is decisive. With these
 * signatures a verifier can name the one entry that an attacker without our keys changed, dropped or moved, however
 * consistently they rebuilt everything else.
 */
export function placeText(log: string, seq: number, leaf: Uint8Array): string {
  return `${log}/place/1\n${seq}\n${toBase64(leaf)}\n`;
}

/** Longer than any label of a part. A longer one would appear in every finding about it. */
export const MOST_LABEL = 64;

/** One line of entries.ndjson. It is JCS, so the entry in it is byte-exact. */
export const EntryLine = z.strictObject({
  entry: z.record(z.string(), z.unknown()),
  leaf: Digest,
  parts: z.array(
    z.strictObject({
      c: z.string().max(MOST_LABEL),
      /** Absent when the part's compartment was erased. */
      key: Digest.optional(),
      kind: z.enum(["org", "case", "subject", "suspicion"]),
      stored: z.string(),
    }),
  ),
  seq: Seq,
});
export type EntryLine = z.infer<typeof EntryLine>;

/** Maximum number of keys. Every note is compared with each key, so thousands of keys would take hours. */
const MOST_KEYS = 100;
/** Maximum number of checkpoints that a checker may keep. */
const MOST_KEPT = 10_000;

/** Keys as `GET /confidential/audit/keys` gives them. */
export const BundleKeys = z.strictObject({
  log: z.array(z.string()).min(1).max(MOST_KEYS),
  receipts: z.array(z.string()).min(1).max(MOST_KEYS),
  witnesses: z
    .array(z.strictObject({ vkey: z.string(), kind: z.enum(["own", "independent"]) }))
    .max(MOST_KEYS),
  time_stamp: z.array(z.string()),
  custodian: z.string(),
});
export type BundleKeys = z.infer<typeof BundleKeys>;

/** What a checker trusts: keys, the number of witnesses that must have cosigned, and checkpoints that the checker has seen. */
export const Policy = z.strictObject({
  log: z.array(z.string()).min(1).max(MOST_KEYS),
  receipts: z.array(z.string()).min(1).max(MOST_KEYS),
  witnesses: z
    .array(z.strictObject({ vkey: z.string(), kind: z.enum(["own", "independent"]).optional() }))
    .max(MOST_KEYS)
    .default([]),
  /**
   * Cosignatures by independent witnesses that the newest checkpoint needs. A witness without a kind is independent,
   * because the checker chose it. If the policy names fewer independent witnesses than that, all named witnesses count.
   */
  quorum: z.int().min(0).default(0),
  /** Cosignatures by own witnesses that it needs in addition. With this member `quorum` counts only independent ones. */
  own_quorum: z.int().min(0).optional(),
  checkpoints: z.array(z.string()).max(MOST_KEPT).default([]),
  /** Certificates (PEM) of time-stamp authorities. */
  time_stamp: z.array(z.string()).optional(),
  custodian: z.string().optional(),
  /** Closed logs, as an instance with closed logs lists them. The verification does not use them. */
  closed: z.array(z.string()).optional(),
});
export type Policy = z.infer<typeof Policy>;

/** timestamps.json: RFC 3161 tokens over checkpoints, by the size of the tree. */
export const TimeStampLine = z.strictObject({ size: Seq, token: z.string() });
export type TimeStampLine = z.infer<typeof TimeStampLine>;

/** Receipt as the API returns it (audit.md "Receipts"). */
export const ReceiptFile = z.strictObject({
  log: z.string(),
  entry: z.string(),
  entry_id: z.string(),
  leaf_hash: Digest,
  integrate_by: z.string(),
  signature: z.string(),
});
export type ReceiptFile = z.infer<typeof ReceiptFile>;
