import "server-only";

/** An answer before it is sent: as a Response through Next, or straight to the connection. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | null;
}

/** On every answer of the API. */
const STANDARD: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
};

/** The answer with our headers over its own; the body is passed on untouched, or left out for HEAD. */
export function finished(
  answer: HttpAnswer,
  headers: Readonly<Record<string, string>>,
  isHead: boolean,
): HttpAnswer {
  const { status, body } = answer;
  const merged = { ...answer.headers, ...STANDARD, ...headers };
  // A file that is fetched in pieces must not be compressed on its way: its ranges count its own bytes.
  if (answer.headers["cache-control"]?.includes("no-transform") === true)
    merged["cache-control"] = "no-store, no-transform";
  const hasNoBody = isHead || status === 204 || status === 304;
  if (hasNoBody && body instanceof ReadableStream) void body.cancel();
  return { status, headers: merged, body: hasNoBody ? null : body };
}

/** Returns a Response as an answer, with its body as a stream. */
export function answerOf({ status, headers, body }: Response): HttpAnswer {
  return { status, headers: Object.fromEntries(headers), body };
}

/** Returns the answer as Next takes it. */
export function responseOf({ status, headers, body }: HttpAnswer): Response {
  // Copied, since a view of shared memory is not a body.
  return new Response(body instanceof Uint8Array ? Uint8Array.from(body) : body, { status, headers });
}

/** The same as `finished`, for an answer that is a Response and may set several cookies. */
export function withHeaders(
  response: Response,
  headers: Readonly<Record<string, string>>,
  isHead: boolean,
): Response {
  const answered = responseOf(finished(answerOf(response), headers, isHead));
  answered.headers.delete("set-cookie");
  for (const cookie of response.headers.getSetCookie()) answered.headers.append("set-cookie", cookie);
  return answered;
}
