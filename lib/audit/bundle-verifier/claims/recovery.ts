import { z } from "zod";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote, splitNote } from "@/lib/crypto/log/signed-note";

const Seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Restored = z.strictObject({ from: Seq, to: Seq, lost: z.array(z.string()) });
const NewOrigin = z.strictObject({
  origin: z.string(),
  checkpoint: z.string(),
  lost: z.strictObject({ from: Seq, to: Seq }),
});
const SHOWN = 10;
const ENTRY = "entry:";

/** The result of an entry's `pub.recovery`. A loss never allows a good verdict; a recovery without a loss is only a note. */
export type NewRecoverySignature =
  | { readonly is: "lost"; readonly detail: string }
  | { readonly is: "recovered"; readonly detail: string };

/** What a recovery statement is compared with, as far as the reader has it. */
export interface RecoveryGround {
  readonly log: string;
  /** Trusted log keys. A key with the old log's name shows whether that log signed its last checkpoint. */
  readonly logKeys?: readonly string[];
  /** Returns the number of the entry with an id, if it is here. */
  readonly placeOf?: (id: string) => number | undefined;
}

/**
 * Checks the recovery statement of the entry at `seq` (audit.md "Recovery"): its form, that the lost data existed before
 * it, and everything in it that can be looked up. The instance's own rows, and no entry, say who agreed to a recovery, so
 * readers of the log cannot know.
 */
export function judgeRecovery(seq: number, recovery: unknown, ground: RecoveryGround): NewRecoverySignature {
  const restored = Restored.safeParse(recovery);
  if (restored.success) return judgeRestored(seq, restored.data, ground);
  const origin = NewOrigin.safeParse(recovery);
  if (!origin.success || seq !== 0 || !isOldHead(origin.data, ground.log))
    return { is: "lost", detail: `entry ${seq} records a recovery in an unknown form` };
  return {
    is: "lost",
    detail: `${lostBefore(origin.data)}; ${signedWord(origin.data, ground.logKeys ?? [])}`,
  };
}

function lostBefore({ origin, lost: { from, to } }: z.infer<typeof NewOrigin>): string {
  return from < to
    ? `lost ${from}..${to - 1} of the log ${origin}, which this log follows after a total loss`
    : `the log ${origin} was lost, and this log follows it`;
}

/** Returns whether the old log's own key, if trusted, signed the checkpoint that the entry binds. */
function signedWord({ origin, checkpoint }: z.infer<typeof NewOrigin>, logKeys: readonly string[]): string {
  const keys = logKeys.filter((key) => key.startsWith(`${origin}+`));
  if (keys.length === 0)
    return "no trusted key belongs to the lost log, so its last checkpoint was not checked";
  try {
    if (openNote(checkpoint, keys).verified.length > 0)
      return "the lost log's key signed the checkpoint that the recovery names";
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return "the lost log's key did not sign the checkpoint that the recovery names";
}

/** The same tree continues after a restore. Only rows of other tables are lost, and only the entry can name them. */
function judgeRestored(
  seq: number,
  { from, to, lost }: z.infer<typeof Restored>,
  { placeOf }: RecoveryGround,
): NewRecoverySignature {
  if (from > to || to > seq)
    return {
      is: "lost",
      detail: `entry ${seq} records a recovery of entries that did not exist: ${from} to ${to}`,
    };
  const again =
    from < to ? `entries ${from}..${to - 1} were appended again byte for byte` : "no entry was missing";
  if (lost.length === 0)
    return {
      is: "recovered",
      detail: `entry ${seq} records a recovery: ${again}, nothing else was lost`,
    };
  const names = lost.slice(0, SHOWN).join(", ");
  const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : "";
  const outside = lost.find((name) => {
    const place = name.startsWith(ENTRY) ? placeOf?.(name.slice(ENTRY.length)) : undefined;
    return place !== undefined && (place < from || place >= to);
  });
  const untrue =
    outside === undefined
      ? ""
      : `; the recovery names ${outside} as lost, but this entry is not among the entries that were appended again`;
  return { is: "lost", detail: `entry ${seq} records a recovery: ${again}; lost: ${names}${more}${untrue}` };
}

/** Returns the numbers that a restore lost and a recovery appended again. Undefined for another statement. */
export function restoredRange(recovery: unknown): { readonly from: number; readonly to: number } | undefined {
  const { data } = Restored.safeParse(recovery);
  return data === undefined ? undefined : { from: data.from, to: data.to };
}

/**
 * Returns the ids of entries whose sealed parts and business rows a restore lost, according to `pub.recovery`. Empty for
 * others.
 */
export function lostEntries(recovery: unknown): string[] {
  const { data } = Restored.safeParse(recovery);
  return (data?.lost ?? []).flatMap((name) => (name.startsWith(ENTRY) ? [name.slice(ENTRY.length)] : []));
}

/**
 * Returns the ids of the entries whose missing parts the recovery at `seq` explains. It names them, and they are among
 * the numbers that it appended again, which are all older than the recovery. So a recovery cannot explain itself, or
 * anything else that a restore cannot have brought back.
 */
export function explainedEntries(
  seq: number,
  recovery: unknown,
  placeOf: (id: string) => number | undefined,
): string[] {
  const range = restoredRange(recovery);
  if (range === undefined || range.to > seq) return [];
  return lostEntries(recovery).filter((id) => {
    const place = placeOf(id);
    return place !== undefined && place >= range.from && place < range.to;
  });
}

/** Returns whether the old head is a note of that other log and its tree is not smaller than the loss. */
function isOldHead(stated: z.infer<typeof NewOrigin>, log: string): boolean {
  try {
    const { origin, size } = parseCheckpointText(splitNote(stated.checkpoint).text);
    return (
      origin === stated.origin &&
      origin !== log &&
      stated.lost.from <= stated.lost.to &&
      stated.lost.to <= size
    );
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
