import "server-only";
import type { ServiceAnswer, ServiceHandler } from "@/lib/ipc/server";
import type { Logger } from "@/lib/telemetry/logger";
import { type CheckpointSigner, SignerRefusal, signCheckpoint } from "./sign-checkpoint";

/** HTTP face of the signer: `POST /checkpoint` answers a signed note, 409 a refusal with its reason. */
export function signerHandler(from: CheckpointSigner, logger: Logger): ServiceHandler {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (): Promise<string> => {
    const next = last.then(() => signCheckpoint(from));
    last = next.catch(() => undefined);
    return next;
  };
  return async (request) => {
    if (request.path === "/healthz" && request.method === "GET") {
      return { status: 200, body: { size: from.file.state.size } };
    }
    if (request.path !== "/checkpoint") return { status: 404 };
    if (request.method !== "POST") return { status: 405 };
    return answerCheckpoint(inTurn, logger);
  };
}

async function answerCheckpoint(sign: () => Promise<string>, logger: Logger): Promise<ServiceAnswer> {
  try {
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: await sign() };
  } catch (error) {
    if (!(error instanceof SignerRefusal)) {
      logger.error({ err: error }, "the checkpoint could not be made");
      return { status: 503 };
    }
    // An empty log is no alarm; everything else means that the database or the clock is not to be trusted.
    if (error.reason !== "empty") {
      logger.error({ alarm: "signer.refused", reason: error.reason, seq: error.seq }, "refused to sign");
    }
    return { status: 409, body: { reason: error.reason, seq: error.seq } };
  }
}
