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
 * How long an erasure can honestly be without a checkpoint. Its entry is made up to one minute before it is written
 * and gets its leaf within another minute. The clocks of one operator differ by at most a third minute.
 */
const SETTLE_MS = 180_000;
/** How often and how many times to check whether a checkpoint covers an erasure. */
const LOOK_MS = 250;
const LOOKS = 20;
const RETRY_SECONDS = 5;

/**
 * Returns whether the checkpoint of this many leaves covers an erasure; for a closed log's parts, whether it is in a
 * log that followed.
 */
function isUnder(instance: InstanceFacts, { seq, elsewhere }: Erasing, size: number): boolean {
  if (seq !== undefined) return seq < size;
  return elsewhere !== undefined && closedLog(instance, instance.log) !== undefined;
}

/**
 * Returns when an erasure was made. Its id has the time, and its sealed part opens with this id only. So no answer of
 * the database can make it younger.
 */
function isYoung({ entry }: Erasing, nowMs: number): boolean {
  return entry > uuidsFrom(nowMs - SETTLE_MS);
}

function refusal(): DomainError {
  return new DomainError("export.erasure", { retryAfterSeconds: RETRY_SECONDS });
}

/** Returns whether an erasure waits for its checkpoint and is young enough to do so honestly. */
async function isOneWaiting(cx: ReaderContext, tx: RawTx, size: number): Promise<boolean> {
  const young = await readErasing(cx, tx, uuidsFrom(cx.clock.nowMs() - SETTLE_MS));
  return [...young.values()].flat().some((erasing) => !isUnder(cx.instance, erasing, size));
}

/** The facts of an export that decide whether a recent erasure matters to it. */
interface Waiting {
  readonly format: string;
  readonly kinds: readonly CompartmentKind[];
}

function isConcerned({ format, kinds }: Waiting): boolean {
  return format === "bundle" && kinds.includes("subject");
}

/**
 * Waits before a bundle's snapshot until a checkpoint covers every recent erasure, so that the bundle has them. With
 * `briefly` it waits some seconds and then throws `export.erasure`; otherwise as long as an erasure may honestly
 * wait. An older erasure without a checkpoint no longer explains a part (`SettledErasures`).
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

/** Refuses a whole export, before its first byte, while a recent pruning still waits for its checkpoint. */
export async function requireNoPruningWaiting(cx: ReaderContext, tx: RawTx): Promise<void> {
  const { log } = cx.instance;
  const from = uuidsFrom(cx.clock.nowMs() - SETTLE_MS);
  if (await isPruningWaiting(tx, { log, size: await readAnchoredSize(tx, log), from })) throw refusal();
}

/** Refuses a bundle, before its first byte, if an erasure waits in its snapshot that the next snapshot will include. */
export async function requireNoneWaiting(
  cx: ReaderContext,
  tx: RawTx,
  size: number,
  kinds: readonly CompartmentKind[],
): Promise<void> {
  if (isConcerned({ format: "bundle", kinds }) && (await isOneWaiting(cx, tx, size))) throw refusal();
}

/**
 * Decides which erasures explain a missing key in one export: those that its checkpoint covers, because a verifier
 * finds them. An erasure without a checkpoint that is older than it may honestly wait explains nothing, whatever the
 * database answers.
 */
export class SettledErasures {
  readonly #sinceMs: number;
  readonly #reported = new Set<string>();

  constructor(
    private readonly cx: ReaderContext,
    private readonly of: { readonly size: number; readonly isBundle: boolean },
  ) {
    this.#sinceMs = cx.clock.nowMs();
  }

  /**
   * Returns the erasures that explain one of these keys. Throws `export.erasure` if the bundle would have to leave
   * out a part because of an erasure that came while the bundle was made: the bundle could not prove it.
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
    if (this.#reported.has(entry)) return;
    this.#reported.add(entry);
    this.cx.logger.error(
      { alarm: "export.erasure", entry },
      "an erasure was not covered by a checkpoint in time",
    );
  }
}
