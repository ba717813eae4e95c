import "server-only";
import type { Clock } from "@/lib/clock";
import { formatMicros } from "@/lib/crypto/instant";
import type { Journal } from "@/lib/custodian/journal/journal";
import type { Memory } from "@/lib/custodian/journal/memory";
import { JournalRecord } from "@/lib/custodian/journal/records";
import type { Registrations } from "@/lib/custodian/journal/registrations";
import type { Keystore } from "@/lib/keystore/keystore";
import type { SigningKey } from "@/lib/keystore/signing-key";

type Unstamped = JournalRecord extends infer R ? (R extends JournalRecord ? Omit<R, "at"> : never) : never;

/** State and services that every act of the custodian uses. */
export interface Core {
  readonly log: string;
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly identity: SigningKey;
  readonly memory: Memory;
  readonly journal: Journal;
  readonly registrations: Registrations;
  /** Started by `npm start`: the custodian accepts statements that the portal signs in place of a person, and marks them. */
  readonly isEvaluation: boolean;
  /** After how many days the next escrow epoch begins automatically. */
  readonly rotationDays: number;
  /** Origins of the evaluation's own address, accepted in addition to the roster's. Empty outside an evaluation. */
  readonly origins: readonly string[];
}

type Memories = Pick<Core, "clock" | "journal" | "memory">;

/** Writes a record to the journal and syncs it, then adds it to the memory. Synchronous, so no other act can interleave. */
export function remember(core: Memories, act: Unstamped): void {
  const record = JournalRecord.parse({ ...act, at: formatMicros(core.clock.nowMicros()) });
  core.journal.append(record);
  core.memory.apply(record);
}

/**
 * Names the newest registration in the journal of all other acts, when this many lines of registrations came since the last
 * one that it names. A start without that line is refused. The line was synced before, so both are there after a crash.
 */
export function nameRegistrations(core: Memories & Pick<Core, "registrations">, lines = 1): void {
  const mark = core.registrations.newest;
  const named = core.memory.registered?.line ?? -1;
  if (mark !== undefined && mark.line - named >= lines) remember(core, { kind: "registrations", mark });
}
