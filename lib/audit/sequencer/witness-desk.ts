import "server-only";
import type { WitnessAddress } from "@/lib/env/anchors";
import { witnessName } from "@/lib/env/anchors";
import { ServiceUnavailable } from "@/lib/ipc/client";
import type { Logger } from "@/lib/telemetry/logger";
import { counter } from "@/lib/telemetry/metrics/registry";
import { askWitness, type ProofSource, WitnessRefusal } from "./ask-witness";
import type { Cosigned, SignedCheckpoint } from "./checkpoint-store";
import { readHead } from "./store";

const countRequest = counter("sealport_cosignature_requests_total");

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

interface Seat {
  readonly witness: WitnessAddress;
  readonly name: string;
  /** Size of its last tree, as far as known. */
  known: number;
  isBusy: boolean;
  failures: number;
  /** Do not ask before this time, on the process's own clock. */
  restsUntil: number;
}

/**
 * Asks all witnesses at once. A slow witness is asked again after it has answered, an unreachable one after a growing
 * pause.
 */
export interface WitnessDesk {
  /**
   * Asks every witness that is free and not in `without`. Each promise settles within seconds, never rejects, and
   * gives undefined when there is no cosignature; the log has the failure.
   */
  ask(checkpoint: SignedCheckpoint, without: ReadonlySet<string>): Promise<Cosigned | undefined>[];
}

export function openWitnessDesk(
  source: ProofSource & { readonly logger: Logger },
  witnesses: readonly WitnessAddress[],
): WitnessDesk {
  const seats: Seat[] = witnesses.map((witness) => ({
    witness,
    name: witnessName(witness.vkey),
    known: 0,
    isBusy: false,
    failures: 0,
    restsUntil: 0,
  }));
  return {
    ask: (checkpoint, without) => {
      const now = performance.now();
      const free = seats.filter((seat) => !seat.isBusy && seat.restsUntil <= now && !without.has(seat.name));
      return free.map((seat) => askSeat(source, seat, checkpoint));
    },
  };
}

async function askSeat(
  source: ProofSource & { readonly logger: Logger },
  seat: Seat,
  checkpoint: SignedCheckpoint,
): Promise<Cosigned | undefined> {
  seat.isBusy = true;
  try {
    const cosigned = await askWitness(source, seat.witness, checkpoint, seat.known);
    seat.known = checkpoint.size;
    seat.failures = 0;
    countRequest(1, seat.witness.kind, "cosigned");
    return cosigned;
  } catch (error) {
    if (await isOvertaken(source, error)) {
      countRequest(1, seat.witness.kind, "overtaken");
      return undefined;
    }
    seat.failures += 1;
    seat.restsUntil =
      performance.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(seat.failures - 1, 6));
    report(source.logger, seat, checkpoint, error);
    return undefined;
  } finally {
    seat.isBusy = false;
  }
}

/**
 * Whether another worker has asked this witness for a newer checkpoint of our log: the witness's tree is larger than the
 * one that we asked with, and not larger than the log. The next checkpoint is asked for as usual.
 */
async function isOvertaken({ pool, log }: ProofSource, error: unknown): Promise<boolean> {
  if (!(error instanceof WitnessRefusal) || error.known === undefined) return false;
  const { asked, known } = error;
  if (known <= asked) return false;
  const head = await readHead(pool, log).catch(() => undefined);
  return head !== undefined && known <= head.size;
}

function report(logger: Logger, seat: Seat, checkpoint: SignedCheckpoint, error: unknown): void {
  const fields = {
    witness: seat.name,
    kind: seat.witness.kind,
    size: checkpoint.size,
    failures: seat.failures,
  };
  if (error instanceof ServiceUnavailable) {
    countRequest(1, seat.witness.kind, "absent");
    logger.warn({ alarm: "witness.absent", ...fields }, "the witness does not answer");
    return;
  }
  countRequest(1, seat.witness.kind, error instanceof WitnessRefusal ? "refused" : "failed");
  if (!(error instanceof WitnessRefusal)) {
    logger.error({ alarm: "witness.failed", ...fields, err: error }, "the witness could not be asked");
    return;
  }
  const { status, known } = error;
  // A witness with a larger tree than our log, or another tree of this size, has seen checkpoints that we do not
  // know.
  const alarm = known !== undefined && known >= checkpoint.size ? "witness.conflict" : "witness.refused";
  if (known !== undefined && known < checkpoint.size) seat.known = known;
  logger.error({ alarm, status, known, ...fields }, "the witness did not cosign");
}
