import type { z } from "zod";
import type { Answer, OperationSpec } from "../operation";

/** A failed call: the problem document the API answered with. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly requestId: string,
    readonly problem: Readonly<Record<string, unknown>>,
    /** Of the answer, `Retry-After` and the budgets among them. */
    readonly headers: Headers = new Headers(),
  ) {
    super(`${status} ${code}`);
  }
}

export interface ClientOptions {
  readonly baseUrl: string;
  /** Absent in the browser, which uses the session cookie. */
  readonly apiKey?: string;
  readonly fetch?: typeof fetch;
}

type SentBy<S> = S extends z.ZodType ? z.input<S> : never;
type Sent<O, K extends "params" | "body"> = O extends { readonly [P in K]: infer S }
  ? { readonly [P in K]: SentBy<S> }
  : { readonly [P in K]?: never };

/** A query whose members are all optional may be left out. */
type SentQuery<O> = O extends { readonly query: infer S }
  ? Readonly<Record<never, never>> extends SentBy<S>
    ? { readonly query?: SentBy<S> }
    : { readonly query: SentBy<S> }
  : { readonly query?: never };

/** What a call sends: parameters, query and body as the operation declares them. */
export type CallInput<O extends OperationSpec> = Sent<O, "params"> &
  SentQuery<O> &
  Sent<O, "body"> & {
    readonly idempotencyKey?: string;
    /** The ETag of the version that was read, where two people can change one thing. */
    readonly ifMatch?: string;
    readonly signal?: AbortSignal;
    /** Files of an upload, by part name. */
    readonly files?: Readonly<Record<string, Blob>>;
  };

/** A call's input whatever the operation: what `CallInput` of each has in common. */
export interface LooseInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
  readonly files?: Readonly<Record<string, Blob>>;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Segments that a URL removes from a path (RFC 3986 section 5.2.4), even escaped: the call would be another one. */
const COLLAPSING: ReadonlySet<string> = new Set(["", ".", ".."]);

/** A list is several segments of the path. */
function segmentOf(value: unknown): string {
  const parts = (Array.isArray(value) ? value : [value]).map(String);
  if (parts.some((part) => COLLAPSING.has(part)))
    throw new TypeError("a parameter of a path is empty, one dot or two");
  return parts.map(encodeURIComponent).join("/");
}

/** The call's path with its parameters and query filled in. Throws TypeError for a parameter that would lead elsewhere. */
export function pathOf(operation: OperationSpec, input: LooseInput): string {
  let path = operation.path;
  for (const [name, value] of entriesOf(input.params)) {
    path = path.replace(`{${name}}`, () => segmentOf(value));
  }
  const query = new URLSearchParams();
  for (const [name, value] of entriesOf(input.query)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

function bodyOf(operation: OperationSpec, input: LooseInput): { body?: BodyInit; contentType?: string } {
  if (operation.upload !== undefined) {
    const form = new FormData();
    form.set(operation.upload.json, JSON.stringify(input.body));
    for (const [name, file] of Object.entries(input.files ?? {})) form.set(name, file);
    // fetch writes the content type with its boundary itself.
    return { body: form };
  }
  if (operation.method === "GET" || input.body === undefined) return {};
  return { body: JSON.stringify(input.body), contentType: "application/json" };
}

async function failure(response: Response): Promise<ApiProblem> {
  let problem: Record<string, unknown> = {};
  try {
    problem = Object.fromEntries(entriesOf(await response.json()));
  } catch {
    // A proxy in between may answer with something else than a problem document: status and id remain.
  }
  const code = typeof problem.code === "string" ? problem.code : "unknown";
  return new ApiProblem(
    response.status,
    code,
    response.headers.get("x-request-id") ?? "",
    problem,
    response.headers,
  );
}

/** A typed client of the API. It needs only fetch: pages, scripts and other programs may use it. */
export interface ApiClient {
  /** Calls an operation and returns its JSON body. */
  call<O extends OperationSpec>(operation: O, input: CallInput<O>): Promise<Answer<O>>;
  /** Calls an operation whose answer is not JSON, or should be streamed. */
  open<O extends OperationSpec>(operation: O, input: CallInput<O>): Promise<Response>;
}

/** A complete call: a signature covers it, and a second attempt sends it again. */
export interface PreparedCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
}

/** The call that an operation and its input make, with the client's key. */
export function prepareCall(
  options: ClientOptions,
  operation: OperationSpec,
  input: LooseInput,
): PreparedCall {
  const { body, contentType } = bodyOf(operation, input);
  const headers = new Headers();
  if (options.apiKey !== undefined) headers.set("authorization", `Bearer ${options.apiKey}`);
  if (contentType !== undefined) headers.set("content-type", contentType);
  if (input.idempotencyKey !== undefined) headers.set("idempotency-key", input.idempotencyKey);
  if (input.ifMatch !== undefined) headers.set("if-match", input.ifMatch);
  return {
    url: `${options.baseUrl}${pathOf(operation, input)}`,
    method: operation.method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
}

/** Sends a call once. Throws ApiProblem for every answer that is not a success, and the errors of fetch. */
export async function sendCall(
  send: typeof fetch,
  { url, ...init }: PreparedCall & Pick<RequestInit, "redirect">,
): Promise<Response> {
  const response = await send(url, init);
  if (!response.ok) throw await failure(response);
  return response;
}

export function createApiClient(options: ClientOptions): ApiClient {
  const send = options.fetch ?? fetch;
  const open = async (operation: OperationSpec, input: LooseInput): Promise<Response> =>
    sendCall(send, prepareCall(options, operation, input));
  return {
    open,
    call: async (operation, input) => (await open(operation, input)).json(),
  };
}
