import { z } from "zod";
import { Instant, integerText, pageOf, pageQuery, Receipt, text, Uuid } from "@/lib/schema";
import { Purpose } from "@/lib/vocabulary";
import { EntryWords } from "./entry/entry-words";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "./entry/event";
import { parseTileAddress } from "./entry/tile-path";
import { ACTIONS } from "./labels";
import { KnownPerson } from "./people-schema";
import { ErasedPart } from "./retention/erasure/schema";

const Outcome = z.enum(ENTRY_OUTCOMES);

/** An action, letter for letter: one that this version writes, or one that an older version wrote into the log. */
const ActionName = text(64).meta({
  description:
    "An action, letter for letter: one of the examples, which are all that this version writes, or one that an entry of an older version has. Another is refused with 422 and the nearest names.",
  examples: [...ACTIONS],
});
export const PurposeName = text(64).meta({
  description:
    "A purpose: one of the examples, or one that an entry of an older version has. Another is refused with 422 and the nearest names.",
  examples: [...Purpose.options],
});

/** Filters that list and export share. `subject` is `transaction:<id>`, `participant:<id>` and the like. */
const eventFilter = {
  actor: text(128).optional(),
  action: ActionName.optional(),
  subject: text(200).optional(),
  outcome: Outcome.optional(),
  purpose: PurposeName.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
} as const;

/** Origin of a closed log that is read instead of the present one. */
const logChoice = { log: text(255).optional() } as const;
export const LogQuery = z.strictObject(logChoice);

/**
 * `after` is a sequence number: the page begins with the entry after it, while a cursor goes the other way. With
 * `waiting` the first page also has entries that are not in the tree yet.
 */
export const EventQuery = z.strictObject({
  ...pageQuery,
  ...eventFilter,
  ...logChoice,
  after: integerText(0, Number.MAX_SAFE_INTEGER).optional(),
  /** `false` leaves out routine reads that succeeded. */
  reads: z.enum(["true", "false"]).optional(),
  waiting: z.enum(["true", "false"]).optional(),
  /** `true` adds the details of each entry that the caller may read. */
  details: z.enum(["true", "false"]).optional(),
});
export type EventQuery = z.infer<typeof EventQuery>;

/**
 * One line of the log as lists show it; `seq` is null until the entry is in the tree. `actor` is a pseudonym.
 * `actor_name` is present for callers who know the person anyway: approvers, auditors, the person's own organisation.
 */
export const EventItem = z.object({
  seq: z.int().nullable(),
  entry_id: z.string(),
  at: z.string(),
  class: z.enum(ENTRY_CLASSES),
  outcome: Outcome,
  action: z.string(),
  actor: z.string().nullable(),
  actor_name: z.string().optional(),
  /** Organisation of a person whom the caller does not know by name. */
  actor_organisation: z.string().optional(),
  purpose: z.string().nullable(),
  transaction_id: z.string().nullable(),
  participant_id: z.string().nullable(),
  request_id: z.string().nullable(),
  grant_id: z.string().nullable(),
  /** How many failures the entry records, if one entry records a whole minute. */
  count: z.int().min(1).optional(),
  words: EntryWords.optional(),
  /** Sealed for the organisation; present where the query asked for details. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type EventItem = z.infer<typeof EventItem>;
export const EventPage = pageOf(EventItem);

export const EventPath = z.strictObject({ seq: integerText(0, Number.MAX_SAFE_INTEGER) });

/** `<N>[.p/<W>]` of C2SP tlog-tiles, one member per path segment. */
const TileIndex = z
  .array(text(5))
  .min(1)
  .max(8)
  .transform((segments, context) => {
    const address = parseTileAddress(segments);
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: "not the address of a tile" });
    return z.NEVER;
  });
export const TilePath = z.strictObject({ level: integerText(0, 63), index: TileIndex });
export const EntriesPath = z.strictObject({ index: TileIndex });

/** The anchors that cover the entry: cosignatures of the newest checkpoint, the earliest time stamp. */
export const EntryAnchors = z.object({
  checkpoint: z
    .object({
      size: z.int(),
      published_at: z.string(),
      witnesses: z.array(
        z.object({ name: z.string(), kind: z.enum(["own", "independent"]), at: z.string() }),
      ),
    })
    .nullable(),
  /** The authority confirms that the entry was in the log at this time; null while no stamp covers it. */
  time_stamp: z.object({ size: z.int(), at: z.string() }).nullable(),
});
export type EntryAnchors = z.infer<typeof EntryAnchors>;

/** One whole entry: its bytes, and the parts that the caller may read, opened. */
export const EventDetail = z.object({
  seq: z.int(),
  entry_id: z.string(),
  leaf_hash: z.string(),
  entry: z.string(),
  public: z.record(z.string(), z.unknown()),
  actor_name: z.string().optional(),
  /** Organisation of a person whom the caller does not know by name. */
  actor_organisation: z.string().optional(),
  anchors: EntryAnchors.optional(),
  parts: z.array(
    z.object({
      c: z.string(),
      kind: z.string(),
      stored: z.string(),
      part_key: z.string(),
      plaintext: z.record(z.string(), z.unknown()),
    }),
  ),
  erased: z.array(ErasedPart).optional(),
  /** People whom the opened parts name, by pseudonym, as far as the caller may know them. */
  people: z.record(z.string(), KnownPerson).optional(),
});
export type EventDetail = z.infer<typeof EventDetail>;

export const ExportFormat = z.enum(["ndjson", "csv", "json", "xlsx", "ocsf", "syslog", "bundle"]);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** How an export is written: delimiter and BOM of a CSV; `parts=none` opens no sealed part. */
const exportChoice = {
  delimiter: z.enum([",", ";"]).optional(),
  bom: z.enum(["true", "false"]).optional(),
  parts: z.enum(["readable", "none"]).optional(),
} as const;
export const ExportChoice = z.strictObject(exportChoice);
export type ExportChoice = z.infer<typeof ExportChoice>;

/** What is stored of an export in addition to its filter: its format options, and its closed log if it is of one. */
export const ExportOptions = z.strictObject({ ...exportChoice, ...logChoice });
export type ExportOptions = z.infer<typeof ExportOptions>;

/** The caller's own grant for the export: only entries of its records, and one unit of its budget. */
const grantChoice = { grant_id: Uuid.optional() } as const;

export const ExportQuery = z.strictObject({
  ...eventFilter,
  ...grantChoice,
  ...logChoice,
  format: ExportFormat.default("ndjson"),
  ...exportChoice,
});
export type ExportQuery = z.infer<typeof ExportQuery>;

export const NewExport = z.strictObject({
  ...eventFilter,
  ...grantChoice,
  ...logChoice,
  format: ExportFormat,
  ...exportChoice,
});
export type NewExport = z.infer<typeof NewExport>;

export const ExportPath = z.strictObject({ id: Uuid });

export const ExportHistoryQuery = z.strictObject({ ...pageQuery });
export type ExportHistoryQuery = z.infer<typeof ExportHistoryQuery>;

/** Streams are running, done or broken off. Jobs wait first; their files exist from done until expired. */
export const ExportState = z.enum([
  "queued",
  "running",
  "done",
  "broken_off",
  "failed",
  "cancelled",
  "expired",
]);
export type ExportState = z.infer<typeof ExportState>;

/** A fault that an export found in the log: a root that differs from the newest checkpoint's, or a lost entry. */
export const ExportFlaw = z.enum(["root", "missing"]);
export type ExportFlaw = z.infer<typeof ExportFlaw>;

/**
 * One export as its maker, or a coordinator, sees it. `sha256` is of the bytes that were sent or are stored;
 * `progress` of `total` entries are done. Filter values may name a case, so all but the maker see only the filter's
 * names. `log` is the origin of the exported log, `recorded_in` of the log whose entry `seq` records the export.
 */
export const ExportItem = z.object({
  id: z.string(),
  kind: z.enum(["stream", "job"]),
  by: z.string(),
  is_own: z.boolean(),
  format: z.string(),
  log: z.string().nullable(),
  recorded_in: z.string().nullable(),
  filtered_by: z.array(z.string()),
  filter: z.record(z.string(), z.string()).optional(),
  state: ExportState,
  progress: z.int().nullable(),
  total: z.int().nullable(),
  expires_at: z.string().nullable(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  entry_id: z.string().nullable(),
  seq: z.int().nullable(),
  size: z.int().nullable(),
  entries: z.int().nullable(),
  bytes: z.int().nullable(),
  sha256: z.string().nullable(),
  flaw: ExportFlaw.nullable(),
});
export type ExportItem = z.infer<typeof ExportItem>;
export const ExportReceipt = ExportItem.extend({ receipt: Receipt });
export type ExportReceipt = z.infer<typeof ExportReceipt>;

export const ExportPage = pageOf(ExportItem);
export type ExportPage = z.infer<typeof ExportPage>;

/** Public keys needed to check the log (api.md "Audit"). */
export const AuditKeys = z.object({
  log: z.array(z.string()),
  receipts: z.array(z.string()),
  witnesses: z.array(z.object({ vkey: z.string(), kind: z.enum(["own", "independent"]) })),
  time_stamp: z.array(z.string()),
  custodian: z.string(),
  /** Origins of closed logs that can still be read here; each has its own keys. */
  closed: z.array(z.string()).optional(),
});
export type AuditKeys = z.infer<typeof AuditKeys>;
