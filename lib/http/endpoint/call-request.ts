import "server-only";

/**
 * A body that is read once: chunks are passed in the order of their arrival until `take` returns false. What arrives
 * after that is not kept. Rejects if the body does not arrive whole.
 */
export interface CallBody {
  pass(take: (chunk: Uint8Array) => boolean): Promise<void>;
}

/** A call as the endpoint reads it: a Request that came through Next, or the server's own (dispatch/direct-call.ts). */
export interface CallRequest {
  readonly method: string;
  /** Only its path and query are the caller's. */
  readonly url: URL;
  readonly headers: Pick<Headers, "get" | "has">;
  readonly body: CallBody | null;
}

async function passStream(
  stream: ReadableStream<Uint8Array>,
  take: (chunk: Uint8Array) => boolean,
): Promise<void> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (take(value)) continue;
    await reader.cancel();
    return;
  }
}

/** Returns a Request as the endpoint reads it. */
export function callOf({ method, url, headers, body }: Request): CallRequest {
  return {
    method,
    url: new URL(url),
    headers,
    body: body === null ? null : { pass: (take) => passStream(body, take) },
  };
}
