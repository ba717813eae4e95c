import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "@/lib/errors";
import { KeystoreError } from "@/lib/keystore/keystore-types";

/** How long and how often a key service is called before it counts as away. */
export interface Patience {
  readonly attempts: number;
  /** For one attempt, in milliseconds. */
  readonly callMs: number;
  /** Before the second attempt. Doubled before each further one. */
  readonly pauseMs: number;
}

export const PATIENCE: Patience = { attempts: 3, callMs: 5_000, pauseMs: 200 };

/** Thrown when the service cannot be used at present. The cause is for the log. */
export function unavailable(service: string, what: string, cause?: unknown): KeystoreError {
  return new KeystoreError("keystore.unavailable", `${service} ${what}: the keys wait until it does`, {
    cause,
  });
}

const OF_SERVICE = ["keystore.unavailable", "keystore.denied", "keystore.disabled", "keystore.refused"];

/** Turns a failure of a key service into a 503 for callers. Other failures are returned unchanged. */
export function mapServiceFailure(error: unknown): unknown {
  const isOfService = error instanceof KeystoreError && OF_SERVICE.includes(error.code);
  return isOfService ? new DomainError("service.keystore-unavailable", { cause: error }) : error;
}

/** Does the same for a started promise. */
export async function orServiceFailure<T>(act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    throw mapServiceFailure(error);
  }
}

/** Runs one attempt within its time, even if the call ignores its signal. */
async function attempt<T>(
  service: string,
  callMs: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(service, "does not answer in time"));
      over.abort();
    }, callMs);
  });
  try {
    return await Promise.race([call(over.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Calls a key service. Retries only after `keystore.unavailable`. A clear refusal is not retried. */
export async function persist<T>(
  service: string,
  patience: Patience,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await attempt(service, patience.callMs, call);
    } catch (error) {
      const isPassing = error instanceof KeystoreError && error.code === "keystore.unavailable";
      if (!isPassing || made >= patience.attempts) throw error;
    }
    await sleep(patience.pauseMs * 2 ** (made - 1));
  }
}
