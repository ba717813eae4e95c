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

/** Writes a record to the journal and syncs it, then adds it to the memory. Synchronous, so no other act can interleave. */
export function remember(core: Pick<Core, "clock" | "journal" | "memory">, act: Unstamped): void {
  const record = JournalRecord.parse({ ...act, at: formatMicros(core.clock.nowMicros()) });
  core.journal.append(record);
  core.memory.apply(record);
}
