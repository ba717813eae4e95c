import { uuidv7 } from "@/lib/crypto/uuid";
import type { OperationSpec } from "../operation";
import {
  type ApiClient,
  type CallInput,
  type LooseInput,
  type PreparedCall,
  prepareCall,
  sendCall,
} from "./client";
import { type ItemOf, pagesOf } from "./pages";
import { isCreating, REAL_TIMING, retrying, type Timing } from "./retry";
import { type SigningOptions, signCall, withBodyBytes } from "./signing";

export interface SealportOptions {
  /** Where the portal is, as `https://sealport.example`; a path in front of the API's own may follow. */
  readonly baseUrl: string;
  /** Absent for signed calls, which name their key, and in the browser, which uses the session cookie. */
  readonly apiKey?: string;
  /** With it every call is signed (RFC 9421): outside evaluation keys that disclose, export or decide must. */
  readonly signing?: SigningOptions;
  readonly fetch?: typeof fetch;
  /** Further attempts after the first of calls that may be repeated; 3 by default. */
  readonly retries?: number;
  /** Milliseconds for one attempt: `call` until the answer is read, `open` until it begins. No limit by default. */
  readonly timeoutMs?: number;
}

/**
 * A client for programs: typed calls that sign themselves, retry when the server asks for it, and walk through lists.
 */
export interface Sealport extends ApiClient {
  /** The items of a paged list, one after another. */
  pages<O extends OperationSpec>(
    operation: O,
    input: CallInput<O>,
  ): AsyncGenerator<ItemOf<O>, void, undefined>;
}

const RETRIES = 3;

function baseOf(text: string): string {
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "")
    throw new TypeError("baseUrl must be an http address without user, query and fragment");
  return url.href.replace(/\/+$/, "");
}

/** Runs one attempt under its own time limit and the caller's signal, whichever ends it first. */
async function within<T>(
  ms: number | undefined,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return run(signal);
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError"));
  }, ms);
  try {
    return await run(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}

const replayed = new WeakSet<object>();

/**
 * Whether an answer is the stored one of the first call with its Idempotency-Key: without disclosed values, new secrets
 * and the words of a case (the form `Replayed` of the OpenAPI document). That happens where the first attempt's answer was lost on its way.
 */
export function isReplayed(answer: object): boolean {
  return replayed.has(answer);
}

async function readAnswer(response: Response) {
  const answer = await response.json();
  const isObject = typeof answer === "object" && answer !== null;
  if (isObject && response.headers.get("idempotency-replayed") === "true") replayed.add(answer);
  return answer;
}

/** The address as fetch sends it, which a signature names. */
function asSent(call: PreparedCall): PreparedCall {
  return { ...call, url: new URL(call.url).href };
}

/** `createSealport` with its own clock, chance and waiting, for tests. */
export function createSealportWith(options: SealportOptions, timing: Timing): Sealport {
  const send = options.fetch ?? fetch;
  const { signing, retries = RETRIES, timeoutMs } = options;
  const client = { ...options, baseUrl: baseOf(options.baseUrl) };

  async function exchange<T>(
    operation: OperationSpec,
    input: LooseInput,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const named = isCreating(operation) ? { idempotencyKey: uuidv7(timing.now()) } : {};
    // The bytes and the key stay the same over all attempts: that is what makes them one call.
    const call = await withBodyBytes(asSent(prepareCall(client, operation, { ...named, ...input })));
    const attempt = (signal: AbortSignal | undefined) =>
      within(timeoutMs, signal, async (limit) => {
        const ready =
          signing === undefined || operation.scopes === "none"
            ? call
            : await signCall(call, signing, timing.now());
        // A key is for this address alone: report a redirect to the caller.
        const sent = {
          ...ready,
          redirect: "manual" as const,
          ...(limit === undefined ? {} : { signal: limit }),
        };
        return read(await sendCall(send, sent));
      });
    return retrying(operation, { retries, timing, signal: input.signal }, () => attempt(input.signal));
  }

  const calls: ApiClient = {
    open: (operation, input) => exchange(operation, input, async (response) => response),
    call: (operation, input) => exchange(operation, input, readAnswer),
  };
  return { ...calls, pages: (operation, input) => pagesOf(calls, operation, input) };
}

/**
 * Returns a client of the API at `baseUrl`. A creating call gets its own Idempotency-Key; it and every GET is tried
 * again after
 * 429, 502, 503, 504 and failed connections, not before `Retry-After`. Failed calls throw ApiProblem.
 */
export function createSealport(options: SealportOptions): Sealport {
  return createSealportWith(options, REAL_TIMING);
}
