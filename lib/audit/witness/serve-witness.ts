import "server-only";
import type { ServiceAnswer, ServiceHandler } from "@/lib/ipc/server";
import { addCheckpoint, type Witness } from "./add-checkpoint";

/** HTTP face of the witness: `POST /add-checkpoint` (C2SP tlog-witness), one call at a time. */
export function witnessHandler(witness: Witness): ServiceHandler {
  let last: Promise<unknown> = Promise.resolve();
  return async (request) => {
    if (request.path === "/healthz" && request.method === "GET") {
      return { status: 200, body: { size: witness.head.head?.size ?? 0 } };
    }
    if (request.path !== "/add-checkpoint") return { status: 404 };
    if (request.method !== "POST") return { status: 405 };
    const next: Promise<ServiceAnswer> = last.then(() => addCheckpoint(witness, request.body));
    last = next.catch(() => undefined);
    return next;
  };
}
