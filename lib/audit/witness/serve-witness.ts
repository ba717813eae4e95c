import "server-only";
import type { Part } from "@/lib/ipc/part-identity";
import { PART_PATHS, WITNESS_PATHS } from "@/lib/ipc/part-paths";
import type { ServiceAnswer, ServiceHandler } from "@/lib/ipc/server";
import type { Logger } from "@/lib/telemetry/logger";
import { collectWith, counter } from "@/lib/telemetry/metrics/registry";
import { addCheckpoint, type Witness, WitnessClockBack } from "./add-checkpoint";

const countCall = counter("sealport_witness_calls_total");

/**
 * Limit of an add-checkpoint body: 63 hashes and a note with a few signatures. Larger bodies get 413 before they are
 * read.
 */
export const MAX_WITNESS_BODY_BYTES = 131_072;

/** Returns the parts that may make a call over mtls://. The worker alone has checkpoints cosigned. */
export function callersOfWitness(_method: string, path: string): readonly Part[] {
  return path === WITNESS_PATHS.addCheckpoint ? ["worker"] : ["portal", "worker"];
}

/** HTTP interface of the witness: `POST /add-checkpoint` (C2SP tlog-witness), one call at a time. */
export function witnessHandler(witness: Witness, logger?: Logger): ServiceHandler {
  let last: Promise<unknown> = Promise.resolve();
  collectWith("witness", () =>
    witness.logs.map(
      ({ origin, head }) => ["sealport_witness_entries", head.head?.size ?? 0, origin] as const,
    ),
  );
  return async (request) => {
    if (request.path === PART_PATHS.health && request.method === "GET") {
      const sizes = witness.logs.map(({ origin, head }) => ({ origin, size: head.head?.size ?? 0 }));
      return { status: 200, body: { logs: sizes } };
    }
    if (request.path !== WITNESS_PATHS.addCheckpoint) return { status: 404 };
    if (request.method !== "POST") return { status: 405, headers: { allow: "POST" } };
    const next: Promise<ServiceAnswer> = last.then(() => answer(witness, request.body, logger));
    last = next.then(
      ({ status }) => countCall(1, String(status)),
      () => countCall(1, "500"),
    );
    return next;
  };
}

async function answer(
  witness: Witness,
  body: Uint8Array,
  logger: Logger | undefined,
): Promise<ServiceAnswer> {
  try {
    return await addCheckpoint(witness, body);
  } catch (error) {
    if (!(error instanceof WitnessClockBack)) throw error;
    logger?.error({ alarm: "clock.back" }, "the clock went back: nothing is cosigned until it is set right");
    return { status: 503 };
  }
}
