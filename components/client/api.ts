import type { CallInput } from "@/lib/api-client/client/client";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

/** One refused value of a form: JSON Pointer into the body, and why. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** The problem document of a refused call (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors: readonly FieldProblem[];
  /** How long the portal asks to wait, where it does. */
  readonly retryAfterSeconds?: number;
  /** All members, also those of our own that a page may know of. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** The call was answered and refused. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";

  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}`);
  }
}

/** No answer came. Whether the call was carried out is not known: repeat it with the same idempotency key. */
export class NetworkLost extends Error {
  override readonly name = "NetworkLost";
}

type NotSignedReason = "cancelled" | "unsupported" | "differs";

/** Thrown when nothing was signed: the person stopped, the browser cannot sign, or the statement does not match the page. */
export class NotSigned extends Error {
  override readonly name = "NotSigned";

  constructor(readonly reason: NotSignedReason) {
    super(reason);
  }
}

/** Method and path of an operation, written out: the declaration itself stays on the server. */
export interface Target<O extends OperationSpec> {
  readonly method: O["method"];
  readonly path: O["path"];
}

/** Names a call by its operation's type, e.g. `target<typeof getRequest>("GET", "/confidential/…/{id}")`. */
export function target<O extends OperationSpec>(method: O["method"], path: O["path"]): Target<O> {
  return { method, path };
}

interface LooseInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
  readonly files?: Readonly<Record<string, Blob>>;
  /** Name of the JSON part when files are sent. */
  readonly jsonPart?: string;
  /** The page makes this call automatically, so the call does not keep an idle session alive. */
  readonly isBackground?: boolean;
  /** The call is carried out even if the person leaves the page at once. Browsers allow this for small bodies (64 KiB). */
  readonly outlivesPage?: boolean;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

export function addressOf(
  path: string,
  input: { readonly params?: unknown; readonly query?: unknown },
): string {
  let address = path;
  for (const [name, value] of entriesOf(input.params))
    address = address.replace(`{${name}}`, () => encodeURIComponent(String(value)));
  const query = new URLSearchParams();
  for (const [name, value] of entriesOf(input.query)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? address : `${address}?${text}`;
}

function textOf(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name];
  return typeof value === "string" ? value : "";
}

function fieldProblemsOf(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.map((one: unknown) => {
    const members = Object.fromEntries(entriesOf(one));
    return { pointer: textOf(members, "pointer"), detail: textOf(members, "detail") };
  });
}

/** An answer to HEAD has no body; RFC 9470 says in a header what is missing. */
function codeOfHead(response: Response): string {
  const asked = response.headers.get("www-authenticate") ?? "";
  return asked.includes("insufficient_user_authentication") ? "auth.step-up" : "unknown";
}

/** The problem document of an answer that was refused. */
export async function problemOf(response: Response): Promise<Problem> {
  let members: Readonly<Record<string, unknown>> = {};
  try {
    members = Object.fromEntries(entriesOf(await response.json()));
  } catch {
    // Something between browser and portal answered: status and id remain.
  }
  const wait = response.headers.get("retry-after") ?? "";
  return {
    ...(/^\d{1,5}$/.test(wait) ? { retryAfterSeconds: Number(wait) } : {}),
    status: response.status,
    code: textOf(members, "code") || codeOfHead(response),
    title: textOf(members, "title"),
    detail: textOf(members, "detail"),
    requestId: response.headers.get("x-request-id") ?? textOf(members, "request_id"),
    errors: fieldProblemsOf(members.errors),
    members,
  };
}

function bodyOf(method: string, input: LooseInput): { body?: BodyInit; type?: string } {
  if (input.files !== undefined) {
    const form = new FormData();
    form.set(input.jsonPart ?? "facts", JSON.stringify(input.body));
    for (const [name, file] of Object.entries(input.files)) form.set(name, file);
    return { body: form };
  }
  if (input.body === undefined && (method === "GET" || method === "HEAD")) return {};
  // POST without a body counts as JSON too, so that no form of another site can send it.
  return { body: JSON.stringify(input.body ?? {}), type: "application/json" };
}

/** Sends a call with the session's cookie. Throws CallRefused or NetworkLost. */
export async function send(method: string, path: string, input: LooseInput = {}): Promise<Response> {
  const { body, type } = bodyOf(method, input);
  const headers = new Headers({ accept: "application/json" });
  if (type !== undefined) headers.set("content-type", type);
  if (input.idempotencyKey !== undefined) headers.set("idempotency-key", input.idempotencyKey);
  if (input.ifMatch !== undefined) headers.set("if-match", input.ifMatch);
  if (input.isBackground === true) headers.set("x-sealport-background", "1");
  let response: Response;
  try {
    response = await fetch(addressOf(path, input), {
      method,
      headers,
      cache: "no-store",
      credentials: "same-origin",
      ...(body === undefined ? {} : { body }),
      ...(input.outlivesPage === true ? { keepalive: true } : {}),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new NetworkLost("no answer");
  }
  if (!response.ok) throw new CallRefused(await problemOf(response));
  return response;
}

export type BrowserInput<O extends OperationSpec> = LooseInput &
  Omit<CallInput<O>, "signal"> & {
    readonly ifMatch?: string;
    readonly signal?: AbortSignal;
    readonly jsonPart?: string;
  };

/** Calls an operation and gives its JSON answer. */
export async function call<O extends OperationSpec>(
  to: Target<O>,
  input: BrowserInput<O>,
): Promise<Answer<O>> {
  return (await send(to.method, to.path, input)).json();
}

/** Whether the answer asks for a fresh proof of the second factor (RFC 9470). */
export function wantsStepUp(error: unknown): boolean {
  return (
    error instanceof CallRefused && error.problem.status === 401 && error.problem.code === "auth.step-up"
  );
}

/** Returns the token that each sign-in call sends in addition to its cookie. Throws CallRefused and NetworkLost. */
export async function csrfToken(): Promise<unknown> {
  const body: unknown = await (await send("GET", "/api/auth/csrf")).json();
  return typeof body === "object" && body !== null ? Reflect.get(body, "csrf_token") : undefined;
}
