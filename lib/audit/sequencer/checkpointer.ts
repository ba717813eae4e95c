import "server-only";
import type { Pool } from "pg";
import { openNote, splitNote } from "@/lib/crypto/log/signed-note";
import type { Witnessing } from "@/lib/env/anchors";
import type { Logger } from "@/lib/telemetry/logger";
import { counter } from "@/lib/telemetry/metrics/registry";
import {
  addCosignature,
  type CheckpointRow,
  type Cosigned,
  insertCheckpoint,
  readLastCheckpoint,
  type SignedCheckpoint,
} from "./checkpoint-store";
import { requestCheckpoint } from "./request-note";
import { type LogPlace, readHead } from "./store";
import { openWitnessDesk } from "./witness-desk";
import { meetsPolicy } from "./witnessing";

const countCheckpoint = counter("sealport_checkpoints_total");

const NO_WITNESSES = { own: 0, independent: 0 };
const WAIT_MS = 1_000;

export interface CheckpointerOptions extends LogPlace, Partial<Witnessing> {
  readonly pool: Pool;
  readonly signerUrl: string;
  readonly logVkey: string;
  /** How long a new checkpoint waits for its witness policy. After that it is published without it. */
  readonly witnessWaitMs?: number;
  readonly logger: Logger;
}

/** Publishes checkpoints and adds cosignatures to them. */
export interface Checkpointer {
  /**
   * Publishes a checkpoint when the tree has grown since the last one. It asks the signer, then all witnesses at once
   * for a limited time, then writes the row. The row's marks show what is missing of the policy, and later
   * cosignatures are added to the row. If the tree has not grown, it asks the witnesses that are missing from the
   * newest row. Returns the size published, or undefined. Safe under several workers: the signer serialises, and the
   * row is keyed by size and only gains lines. Throws CheckpointLate.
   */
  step(): Promise<number | undefined>;
  /** Resolves when all requests so far are answered and their results are written. */
  settled(): Promise<void>;
}

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { pool, log, logger, witnesses = [], policy = NO_WITNESSES, witnessWaitMs = WAIT_MS } = options;
  const desk = openWitnessDesk(options, witnesses);
  const pending = new Set<Promise<void>>();
  const addLater = (checkpoint: SignedCheckpoint, asked: Promise<Cosigned | undefined>): void => {
    const added = asked
      .then((cosigned) =>
        cosigned === undefined ? undefined : addCosignature(pool, log, checkpoint, cosigned),
      )
      .catch((err: unknown) =>
        logger.error({ alarm: "cosignature.lost", err }, "a cosignature was not written"),
      )
      .finally(() => pending.delete(added));
    pending.add(added);
  };
  const catchUp = (row: CheckpointRow): void => {
    const checkpoint = signedPart(row, options.logVkey);
    const there = new Set(row.witnesses.map(({ name }) => name));
    for (const asked of desk.ask(checkpoint, there)) addLater(checkpoint, asked);
  };
  return {
    step: async () => {
      const head = await readHead(pool, log);
      const last = await readLastCheckpoint(pool, log);
      if (head === undefined || head.size === 0) return undefined;
      if (head.size === last?.size) {
        catchUp(last);
        return undefined;
      }
      const checkpoint = await requestCheckpoint(options);
      const asked = desk.ask(checkpoint, new Set());
      const inTime = await gather(asked, (marks) => meetsPolicy(policy, marks), witnessWaitMs);
      await insertCheckpoint(pool, options, checkpoint, inTime);
      countCheckpoint(1);
      const written = new Set<Cosigned | undefined>(inTime);
      const late = asked.map((one) => one.then((cosigned) => (written.has(cosigned) ? undefined : cosigned)));
      for (const one of late) addLater(checkpoint, one);
      return checkpoint.size;
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

/** Runs one step alone and waits until all its results are written. */
export async function publishCheckpoint(options: CheckpointerOptions): Promise<number | undefined> {
  const checkpointer = createCheckpointer(options);
  const size = await checkpointer.step();
  await checkpointer.settled();
  return size;
}

/** Returns the row's note without its cosignatures, as it is sent to a witness. */
function signedPart({ size, root, note }: CheckpointRow, logVkey: string): SignedCheckpoint {
  const { text } = openNote(note, [logVkey]);
  const [line] = splitNote(note).lines;
  return { size, root, note: `${text}\n${line}\n` };
}

/** Collects answers until the policy is met, all witnesses have answered, or the time is up. */
async function gather(
  asked: readonly Promise<Cosigned | undefined>[],
  isEnough: (marks: readonly Cosigned["mark"][]) => boolean,
  waitMs: number,
): Promise<Cosigned[]> {
  const got: Cosigned[] = [];
  let answers = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    const look = (): void => {
      if (answers < asked.length && !isEnough(got.map(({ mark }) => mark))) return;
      clearTimeout(timer);
      resolve();
    };
    for (const one of asked) {
      one.then((cosigned) => {
        answers += 1;
        if (cosigned !== undefined) got.push(cosigned);
        look();
      });
    }
    look();
  });
  return [...got];
}
