import "server-only";
import type { Part } from "@/lib/ipc/part-identity";
import { PART_PATHS, SIGNER_PATHS } from "@/lib/ipc/part-paths";
import type { ServiceAnswer, ServiceHandler } from "@/lib/ipc/server";
import type { Logger } from "@/lib/telemetry/logger";
import { collectWith, counter } from "@/lib/telemetry/metrics/registry";
import { type CheckpointSigner, floorOf, SignerRefusal, signCheckpoint, signLast } from "./sign-checkpoint";

const countCall = counter("sealport_signer_calls_total");

/** The current refusal of the signer. Health and status show it until the signer signs again. */
interface Refusing {
  readonly reason: string;
  readonly seq: number;
  readonly since: string;
}

/** Returns the parts that may call the signer. The portal asks before an export how far the log is signed. */
export function callersOfSigner(): readonly Part[] {
  return ["portal", "worker"];
}

/**
 * HTTP interface of the signer. `POST /checkpoint` answers a signed note, or 409 with the reason of a refusal. `GET
 * /signed` answers the note of the last signed tree, or 409 if the signer has signed nothing; it does not use the
 * database.
 */
export function signerHandler(from: CheckpointSigner, logger: Logger): ServiceHandler {
  let last: Promise<unknown> = Promise.resolve();
  let refusing: Refusing | undefined;
  const inTurn = (): Promise<string> => {
    const next = last.then(() => signCheckpoint(from));
    last = next.catch(() => undefined);
    return next;
  };
  collectWith("signer", () => [["sealport_signed_entries", from.file.state.size]]);
  const noted = async (): Promise<ServiceAnswer> => {
    try {
      const answer = signed(await inTurn());
      refusing = undefined;
      countCall(1, "signed");
      return answer;
    } catch (error) {
      countCall(1, error instanceof SignerRefusal ? error.reason : "failed");
      if (error instanceof SignerRefusal) refusing = refusingOf(from, error, refusing);
      return unsigned(error, logger);
    }
  };
  const health = (): ServiceAnswer => {
    const body = { size: from.file.state.size, floor_days: floorOf(from) };
    return { status: 200, body: refusing === undefined ? body : { ...body, refusing } };
  };
  const newest = async (): Promise<ServiceAnswer> => {
    const note = await signLast(from);
    return note === undefined ? { status: 409, body: { reason: "empty", seq: 0 } } : signed(note);
  };
  return async ({ method, path }) => {
    if (path === PART_PATHS.health && method === "GET") return health();
    if (path === SIGNER_PATHS.signed && method === "GET") return newest();
    if (path !== SIGNER_PATHS.checkpoint) return { status: 404 };
    return method === "POST" ? noted() : { status: 405 };
  };
}

/** Requests a checkpoint as a caller would, so that health and log show a refusal. */
export async function askOnce(serve: ServiceHandler): Promise<void> {
  const none = { query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
  await serve({ method: "POST", path: SIGNER_PATHS.checkpoint, ...none });
}

/** An empty log raises no alarm. Every other reason means that the database or the clock cannot be trusted. */
function refusingOf(
  from: CheckpointSigner,
  { reason, seq }: SignerRefusal,
  before: Refusing | undefined,
): Refusing | undefined {
  if (reason === "empty") return undefined;
  const since = before?.reason === reason ? before.since : from.clock.now().toISOString();
  return { reason, seq, since };
}

function signed(note: string): ServiceAnswer {
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: note };
}

function unsigned(error: unknown, logger: Logger): ServiceAnswer {
  if (!(error instanceof SignerRefusal)) {
    logger.error({ err: error }, "the checkpoint could not be made");
    return { status: 503 };
  }
  if (error.reason !== "empty") {
    logger.error({ alarm: "signer.refused", reason: error.reason, seq: error.seq }, "refused to sign");
  }
  return { status: 409, body: { reason: error.reason, seq: error.seq } };
}
