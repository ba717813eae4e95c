// The escrow custodian: a separate process that has the escrow keys and does not trust the portal. handler.ts is its
// interface. grants/ accepts and ends grants, openings/ opens under them, envelopes/ registers and re-wraps groups,
// lost-key/ recovers, roster/ checks people and signatures, and journal/ is its memory. Every act is written and synced
// to the journal before it takes effect. A person's signature, never the portal's claim, allows an act.
import "server-only";
import type { Clock } from "@/lib/clock";
import { type Core, nameRegistrations } from "@/lib/custodian/core";
import { ensureEpochs } from "@/lib/custodian/envelopes/epochs";
import { custodianHandler } from "@/lib/custodian/handler";
import { Journal, JournalError } from "@/lib/custodian/journal/journal";
import { Memory } from "@/lib/custodian/journal/memory";
import { JournalRecord } from "@/lib/custodian/journal/records";
import { Registrations } from "@/lib/custodian/journal/registrations";
import type { Refused } from "@/lib/custodian/refused";
import { RosterSource } from "@/lib/custodian/roster/roster-source";
import type { ServiceHandler } from "@/lib/ipc/server";
import type { Keystore } from "@/lib/keystore/keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";

/** crypto.md "Keys": escrow epochs change every thirty days. */
const ROTATION_DAYS = 30;

export interface CustodianOptions {
  readonly log: string;
  readonly keystore: Keystore;
  /** The custodian's own folder with its two journals. */
  readonly dir: string;
  readonly rosterFile: string;
  readonly clock: Clock;
  readonly isEvaluation: boolean;
  /** Origins of the evaluation's own address. They have no effect outside an evaluation. */
  readonly origins?: readonly string[];
  /** After how many days the next escrow epoch begins automatically. Default 30. */
  readonly rotationDays?: number;
  readonly onRefusal?: (refused: Refused) => void;
  readonly onRosterProblem?: (problem: string) => void;
  readonly onIndexProblem?: (error: unknown) => void;
}

export interface Custodian {
  readonly handler: ServiceHandler;
  close(): Promise<void>;
}

function replay(memory: Memory, journal: Journal): void {
  for (const record of journal.replay()) {
    const parsed = JournalRecord.safeParse(record);
    if (!parsed.success)
      throw new JournalError(
        `line ${journal.mark.line} of the journal is of another version of this program`,
      );
    memory.apply(parsed.data);
  }
}

/** A journal that began as an evaluation remains one, because its rosters may name people that the portal invented. */
function requireEvaluation(memory: Memory, isEvaluation: boolean): void {
  if (!memory.isEvaluation || isEvaluation) return;
  throw new JournalError(
    "the custodian's journal was kept for an evaluation: start with CUSTODIAN_EVALUATION=1, or with a new journal",
  );
}

/**
 * Starts a custodian in its own folder: replays the journal, announces the first epoch and loads the roster. Throws
 * KeystoreError, JournalError or RosterError with one line for the operator.
 */
export async function startCustodian(options: CustodianOptions): Promise<Custodian> {
  const { log, keystore, clock, isEvaluation } = options;
  // First, because its index has the folder's lock, and a replay cuts off an incomplete line.
  const registrations = await Registrations.open(options.dir, options.onIndexProblem);
  let journal: Journal | undefined;
  const close = async (): Promise<void> => {
    journal?.close();
    await registrations.close();
  };
  try {
    journal = Journal.open(options.dir);
    const memory = new Memory();
    replay(memory, journal);
    requireEvaluation(memory, isEvaluation);
    registrations.requireLineAfter(memory.registered);
    const core: Core = {
      log,
      clock,
      keystore,
      identity: loadSigningKey(keystore, "identity"),
      memory,
      journal,
      registrations,
      isEvaluation,
      rotationDays: options.rotationDays ?? ROTATION_DAYS,
      origins: isEvaluation ? (options.origins ?? []) : [],
    };
    nameRegistrations(core);
    ensureEpochs(core);
    const source = new RosterSource(core, options.rosterFile, options.onRosterProblem ?? (() => undefined));
    await source.load();
    return {
      handler: custodianHandler(core, source, options.onRefusal ?? (() => undefined)),
      close: async () => {
        try {
          nameRegistrations(core);
        } finally {
          await close();
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
