import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { splitNote } from "@/lib/crypto/signed-note";
import { parseCheckpointText } from "../checkpoint";

const Seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Restored = z.strictObject({ from: Seq, to: Seq, lost: z.array(z.string()) });
const NewOrigin = z.strictObject({
  origin: z.string(),
  checkpoint: z.string(),
  lost: z.strictObject({ from: Seq, to: Seq }),
});
const SHOWN = 10;

/** What an entry's `pub.recovery` comes to: a loss is never a good verdict, a recovery without one is remarkable only. */
export type RecoveryWord =
  | { readonly is: "lost"; readonly detail: string }
  | { readonly is: "recovered"; readonly detail: string };

/** Judges the statement of recovery of the entry at `seq` of this log (audit.md "Recovery"). */
export function judgeRecovery(seq: number, recovery: unknown, log: string): RecoveryWord {
  const restored = Restored.safeParse(recovery);
  if (restored.success) return judgeRestored(seq, restored.data);
  const origin = NewOrigin.safeParse(recovery);
  if (!origin.success || seq !== 0 || !isOldHead(origin.data, log))
    return { is: "lost", detail: `entry ${seq} states a recovery in no form that is known` };
  const { from, to } = origin.data.lost;
  const detail =
    from < to
      ? `lost ${from}..${to - 1} of the log ${origin.data.origin}, which this log follows after a total loss`
      : `the log ${origin.data.origin} was lost, and this log follows it`;
  return { is: "lost", detail };
}

/** The same tree goes on after a restore; what is lost are rows of other tables, which only the entry can name. */
function judgeRestored(seq: number, { from, to, lost }: z.infer<typeof Restored>): RecoveryWord {
  const again =
    from < to ? `entries ${from}..${to - 1} were appended again byte for byte` : "no entry was missing";
  if (lost.length === 0)
    return {
      is: "recovered",
      detail: `entry ${seq} records a recovery: ${again}, nothing else was lost`,
    };
  const names = lost.slice(0, SHOWN).join(", ");
  const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : "";
  return { is: "lost", detail: `entry ${seq} records a recovery: ${again}; lost: ${names}${more}` };
}

/** Numbers that a restore lost and a recovery appended again, or undefined for another statement. */
export function restoredRange(recovery: unknown): { readonly from: number; readonly to: number } | undefined {
  const { data } = Restored.safeParse(recovery);
  return data === undefined ? undefined : { from: data.from, to: data.to };
}

/** Ids of entries whose sealed parts and business rows a restore lost, as a `pub.recovery` names them; none of others. */
export function lostEntries(recovery: unknown): string[] {
  const { data } = Restored.safeParse(recovery);
  return (data?.lost ?? []).flatMap((name) => (name.startsWith("entry:") ? [name.slice(6)] : []));
}

/** Whether the old head is a note of that origin, of no smaller tree than what was lost, and not of this log. */
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
