import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import type { InstanceFacts } from "@/lib/context/context";
import type { CompartmentKind } from "@/lib/context/recorder";
import { uuidsFrom } from "@/lib/crypto/uuid";
import { inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { ReaderContext } from "../reading/fence";
import { closedLog } from "../reading/of-log";
import { type Erasing, type Erasings, readErasing } from "../retention/erasure/erasing-entries";
import { isPruningWaiting, readAnchoredSize } from "./store";

/**
 * How long an erasure may honestly stand under no checkpoint: its entry is made up to a minute before it is written,
 * has its leaf within another, and the clocks of one operator differ by a third at most.
 */
const SETTLE_MS = 180_000;
/** How often and how many times it is looked whether an erasure is under a checkpoint by now. */
const LOOK_MS = 250;
const LOOKS = 20;
const RETRY_SECONDS = 5;

/** Whether an erasure stands under the checkpoint of so many leaves; of a closed log's parts, in one that followed it. */
function isUnder(instance: InstanceFacts, { seq, elsewhere }: Erasing, size: number): boolean {
  if (seq !== undefined) return seq < size;
  return elsewhere !== undefined && closedLog(instance, instance.log) !== undefined;
}

/** Its id tells when it was made, and its sealed part opens under that id alone: no answer of the database makes it younger. */
function isYoung({ entry }: Erasing, nowMs: number): boolean {
  return entry > uuidsFrom(nowMs - SETTLE_MS);
}

function refusal(): DomainError {
  return new DomainError("export.erasure", { retryAfterSeconds: RETRY_SECONDS });
}

/** Whether an erasure waits that may honestly do so. */
async function isOneWaiting(cx: ReaderContext, tx: RawTx, size: number): Promise<boolean> {
  const young = await readErasing(cx, tx, uuidsFrom(cx.clock.nowMs() - SETTLE_MS));
  return [...young.values()].flat().some((erasing) => !isUnder(cx.instance, erasing, size));
}

/** What of an export says whether an erasure of the last minutes matters to it. */
interface Waiting {
  readonly format: string;
  readonly kinds: readonly CompartmentKind[];
}

function isConcerned({ format, kinds }: Waiting): boolean {
  return format === "bundle" && kinds.includes("subject");
}

/**
 * Waits, before a bundle's snapshot is taken, until every erasure of the last minutes is under a checkpoint, so that the
 * bundle has it: `briefly` some seconds, and then throws `export.erasure`; else as long as one may honestly wait.
 * Later it explains no part any more (`SettledErasures`).
 */
export async function awaitErasures(
  cx: ReaderContext,
  waiting: Waiting,
  patience: "briefly" | "long",
): Promise<void> {
  if (!isConcerned(waiting)) return;
  const look = () =>
    inRawSnapshot(cx, async (tx) => isOneWaiting(cx, tx, await readAnchoredSize(tx, cx.instance.log)));
  for (let looks = 1; await look(); looks += 1) {
    if (patience === "briefly" && looks === LOOKS) throw refusal();
    await pause(LOOK_MS);
  }
}

/** Refuses a whole export, before its first byte, while a pruning may honestly wait for the checkpoint that explains it. */
export async function requireNoPruningWaiting(cx: ReaderContext, tx: RawTx): Promise<void> {
  const { log } = cx.instance;
  const from = uuidsFrom(cx.clock.nowMs() - SETTLE_MS);
  if (await isPruningWaiting(tx, { log, size: await readAnchoredSize(tx, log), from })) throw refusal();
}

/** Refuses a bundle, before its first byte, from a snapshot in which an erasure waits that its next one has. */
export async function requireNoneWaiting(
  cx: ReaderContext,
  tx: RawTx,
  size: number,
  kinds: readonly CompartmentKind[],
): Promise<void> {
  if (isConcerned({ format: "bundle", kinds }) && (await isOneWaiting(cx, tx, size))) throw refusal();
}

/**
 * Which erasures of one export explain a key that is gone: those under its checkpoint, which a verifier finds there. One
 * that is not, by whatever the database answers, explains nothing once it is older than it may honestly wait.
 */
export class SettledErasures {
  readonly #sinceMs: number;
  readonly #told = new Set<string>();

  constructor(
    private readonly cx: ReaderContext,
    private readonly of: { readonly size: number; readonly isBundle: boolean },
  ) {
    this.#sinceMs = cx.clock.nowMs();
  }

  /**
   * Those that explain one of these keys. Throws `export.erasure` where a bundle would have to leave out a part by an
   * erasure that came while it was made: nothing in it could show that.
   */
  explaining(gone: readonly string[], known: Erasings): Erasings {
    const explaining = new Map<string, readonly Erasing[]>();
    for (const id of gone) {
      const settled = known.get(id)?.filter((erasing) => this.#isExplaining(erasing)) ?? [];
      if (settled.length > 0) explaining.set(id, settled);
    }
    return explaining;
  }

  #isExplaining(erasing: Erasing): boolean {
    const isHere = isUnder(this.cx.instance, erasing, this.of.size);
    const isNew = !isHere && isYoung(erasing, this.#sinceMs);
    if (isNew && this.of.isBundle) throw refusal();
    if (!isHere && !isNew) this.#tell(erasing.entry);
    return isHere || isNew;
  }

  #tell(entry: string): void {
    if (this.#told.has(entry)) return;
    this.#told.add(entry);
    this.cx.logger.error({ alarm: "export.erasure", entry }, "an erasure has no place under a checkpoint");
  }
}
