// The room dispatch/: the way of a call to its endpoint. The portal's server hands calls of the API over before Next
// sees them; what the direct way leaves to Next comes back through its catch-all route. Both ways reach the same
// endpoints, which a process loads once.

import "server-only";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The API of a portal process (dispatcher.ts). */
export interface Api {
  /** Answers a call on its connection and returns true; false leaves an unusual address to Next. */
  serve(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Answers a call that came through Next. */
  respond(request: Request): Promise<Response>;
}

type Opener = () => Promise<Api>;

// Instrumentation and the catch-all route each have a copy of this module in one process, and scripts/start-portal.mjs
// is not part of the build: so the slot is kept on globalThis under a registered symbol, as the runtime's is.
const SLOT = Symbol.for("sealport.api");

function isOpener(value: unknown): value is Opener {
  return typeof value === "function";
}

/** Names what loads the API at its first use. instrumentation.ts calls it once, before any request. */
export function provideApi(load: Opener): void {
  let api: Promise<Api> | undefined;
  const open: Opener = () => {
    api ??= load();
    return api;
  };
  Reflect.set(globalThis, SLOT, open);
}

/** Returns the portal's API. Rejects in a process where none was provided. */
export async function getApi(): Promise<Api> {
  const open: unknown = Reflect.get(globalThis, SLOT);
  if (!isOpener(open)) throw new Error("no API was provided in this process");
  return open();
}
