import "server-only";
import type { Clock } from "@/lib/clock";
import { formatMicros } from "@/lib/crypto/instant";
import type { Journal } from "@/lib/custodian/journal/journal";
import type { Memory } from "@/lib/custodian/journal/memory";
import { JournalRecord } from "@/lib/custodian/journal/records";
import type { Keystore } from "@/lib/keystore/keystore";
import type { SigningKey } from "@/lib/keystore/signing-key";

type Unstamped = JournalRecord extends infer R ? (R extends JournalRecord ? Omit<R, "at"> : never) : never;

/** What every act of the custodian works with. */
export interface Core {
  readonly log: string;
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly identity: SigningKey;
  readonly memory: Memory;
  readonly journal: Journal;
  /** Started by `npm start`: statements signed by the portal in place of a person are accepted and marked. */
  readonly isEvaluation: boolean;
  /** After how many days the next escrow epoch begins by itself. */
  readonly rotationDays: number;
  /** Origins of the evaluation's own address, taken beside the roster's; none outside an evaluation. */
  readonly origins: readonly string[];
}

/** Writes an act down, synced, and only then takes it into memory. Synchronous: nothing comes in between. */
export function remember(core: Pick<Core, "clock" | "journal" | "memory">, act: Unstamped): void {
  const record = JournalRecord.parse({ ...act, at: formatMicros(core.clock.nowMicros()) });
  core.journal.append(record);
  core.memory.apply(record);
}
