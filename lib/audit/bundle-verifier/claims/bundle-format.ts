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
  /** Only where more parts are erased than the manifest lists itself. */
  erased: "erased.txt",
  keys: "keys.json",
  leaves: "leaves.txt",
  manifest: "manifest.txt",
  /** Only where more parts are missing than the manifest lists itself. */
  missing: "missing.txt",
  page: "page.html",
  places: "places.txt",
  readme: "README.txt",
  /** Only where a checkpoint has an RFC 3161 token. */
  timestamps: "timestamps.json",
  /** Only where more numbers are withheld than the manifest lists itself. */
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

/** Logs that can have followed one another. */
const MOST_FOLLOWERS = 100;

/** What the exporter signs about a bundle. */
const ManifestShape = z.strictObject({
  v: z.literal(1),
  log: z.string().min(1),
  exported_at: Micros,
  /** Entry that records this export. */
  export_entry: z.string(),
  /** The log that entry is in, where it is another one: a closed log takes no entries any more. */
  recorded_in: z.string().min(1).optional(),
  /** Sequence numbers from (included) and to (not included). */
  range: z.strictObject({ from: Seq, to: Seq }),
  filter: z.record(z.string(), z.string()),
  /** True when every entry of the range is here but those named in `withheld`. */
  complete: z.boolean(),
  /** Where the export asked for no sealed part: none is here. */
  parts: z.literal("none").optional(),
  withheld: z.array(Seq),
  /** Where there are many, the numbers are in withheld.txt instead: how many, and in how many ranges. */
  withheld_file: z.strictObject({ count: Seq.min(1), ranges: Seq.min(1) }).optional(),
  count: Seq,
  /** Size of the tree at the newest checkpoint, at which the bundle ends. */
  size: Seq,
  /** Entries later than that, left out; `oldest_at` is the time of the oldest. */
  later: z.strictObject({ count: Seq, oldest_at: Micros.optional() }),
  files: z.array(z.strictObject({ name: z.string(), sha256: Digest, bytes: Seq })),
  /** Parts whose key was destroyed, and the entry that records it; left out when there are none. */
  erased: z.array(z.strictObject({ seq: Seq, c: z.string(), entry: z.string() })).optional(),
  /** Where there are many, these parts are in erased.txt instead: how many. */
  erased_file: z.strictObject({ count: Seq.min(1) }).optional(),
  /** First number whose bytes are still kept, and the `log.prune` entry; left out when nothing was pruned. */
  pruned: z.strictObject({ minimum: Seq, entry: z.string() }).optional(),
  /** Parts that an entry binds and that the exporter did not find where the entry says they are. */
  missing: z
    .array(z.strictObject({ seq: Seq, c: z.string().regex(LABEL) }))
    .min(1)
    .refine((parts) => parts.every((part, at) => isLaterPart(part, parts[at - 1])))
    .optional(),
  /** Where there are many, these parts are in missing.txt instead: how many. */
  missing_file: z.strictObject({ count: Seq.min(1) }).optional(),
  /** Logs that have erasures which are not here, because this log was closed before them; in order. */
  erased_in: z
    .array(z.string().min(1))
    .min(1)
    .max(MOST_FOLLOWERS)
    .refine((logs) => logs.every((log, at) => at === 0 || log > (logs[at - 1] ?? "")))
    .optional(),
});
export type Manifest = z.infer<typeof ManifestShape>;

/** There is one form for each bundle: no list is both here and in a file. */
export const Manifest = ManifestShape.refine(
  (manifest) =>
    (manifest.withheld_file === undefined || manifest.withheld.length === 0) &&
    (manifest.erased_file === undefined || manifest.erased === undefined) &&
    (manifest.missing_file === undefined || manifest.missing === undefined) &&
    (manifest.erased_in === undefined || !manifest.erased_in.includes(manifest.log)),
);

/** Numbers that a manifest lists itself at most; more are in a file. */
export const WITHHELD_LISTED = 1_000;

/** Erased parts that a manifest lists itself at most. */
export const ERASED_LISTED = 1_000;

/** Missing parts that a manifest lists itself at most. */
export const MISSING_LISTED = 1_000;

/** A part that is missing, as a line of missing.txt. */
export function missingLine({ seq, c }: NonNullable<Manifest["missing"]>[number]): string {
  return `${seq} ${c}\n`;
}

/** A part whose key was destroyed, as a line of erased.txt. */
export function erasedLine({ seq, c, entry }: NonNullable<Manifest["erased"]>[number]): string {
  return `${seq} ${c} ${entry}\n`;
}

/** Text of the manifest's signed note: its own first line keeps it apart from receipts and checkpoints. */
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
 * What the exporter signs about one position: this leaf stood at this sequence number. The tree is the
 * authority; these signatures let a verifier name the one entry that somebody without our keys changed,
 * dropped or moved, however consistently he rebuilt everything else.
 */
export function placeText(log: string, seq: number, leaf: Uint8Array): string {
  return `${log}/place/1\n${seq}\n${toBase64(leaf)}\n`;
}

/** Longer than any label of a part; a longer one would stand in every finding about it. */
export const MOST_LABEL = 64;

/** One line of entries.ndjson, itself JCS, so that the entry inside is byte-exact. */
export const EntryLine = z.strictObject({
  entry: z.record(z.string(), z.unknown()),
  leaf: Digest,
  parts: z.array(
    z.strictObject({
      c: z.string().max(MOST_LABEL),
      /** Left out when the part's compartment was erased. */
      key: Digest.optional(),
      kind: z.enum(["org", "case", "subject", "suspicion"]),
      stored: z.string(),
    }),
  ),
  seq: Seq,
});
export type EntryLine = z.infer<typeof EntryLine>;

/** Every note is held against each key: a bundle or a policy that names thousands would cost its reader hours. */
const MOST_KEYS = 100;
/** Checkpoints that a checker may have kept. */
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

/** What a checker trusts: keys, how many witnesses must have cosigned, and checkpoints it has seen itself. */
export const Policy = z.strictObject({
  log: z.array(z.string()).min(1).max(MOST_KEYS),
  receipts: z.array(z.string()).min(1).max(MOST_KEYS),
  witnesses: z
    .array(z.strictObject({ vkey: z.string(), kind: z.enum(["own", "independent"]).optional() }))
    .max(MOST_KEYS)
    .default([]),
  /**
   * Cosignatures by independent witnesses that the newest checkpoint needs; one without a kind is independent, since
   * the checker chose it. Where fewer independent ones are named than that, all named ones count.
   */
  quorum: z.int().min(0).default(0),
  /** Cosignatures by own witnesses that it needs besides; with it `quorum` counts independent ones only. */
  own_quorum: z.int().min(0).optional(),
  checkpoints: z.array(z.string()).max(MOST_KEPT).default([]),
  /** Certificates (PEM) of time-stamp authorities. */
  time_stamp: z.array(z.string()).optional(),
  custodian: z.string().optional(),
  /** Closed logs, as the answer of an instance names them that has some; nothing is checked by them. */
  closed: z.array(z.string()).optional(),
});
export type Policy = z.infer<typeof Policy>;

/** timestamps.json: RFC 3161 tokens over checkpoints, by the size of the tree. */
export const TimeStampLine = z.strictObject({ size: Seq, token: z.string() });
export type TimeStampLine = z.infer<typeof TimeStampLine>;

/** Receipt as the API answers it (audit.md "Receipts"). */
export const ReceiptFile = z.strictObject({
  log: z.string(),
  entry: z.string(),
  entry_id: z.string(),
  leaf_hash: Digest,
  integrate_by: z.string(),
  signature: z.string(),
});
export type ReceiptFile = z.infer<typeof ReceiptFile>;
