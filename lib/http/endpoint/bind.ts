import "server-only";
import type { Answer, Input, OperationSpec, UploadedFile } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import { etagOf, etagOfAnswer } from "@/lib/etag";

/** An answer whose status or headers the route chooses among the declared ones. */
export class Reply<T> {
  constructor(
    readonly status: number,
    readonly body: T,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** Returns the header Location of a 201 whose operation names the address of what it creates; otherwise none. */
export function locationOf(
  { response: { location } }: OperationSpec,
  { status, body }: Reply<unknown>,
): Record<string, string> {
  if (status !== 201 || location === undefined || typeof body !== "object" || body === null) return {};
  const members = new Map<string, unknown>(Object.entries(body));
  return {
    location: location.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(members.get(name)))),
  };
}

/** Returns the header ETag of an answer whose operation names the member with its version; otherwise none. */
export function tagOf(
  { etag: member, method }: OperationSpec,
  { body }: Reply<unknown>,
  json: string | null,
): { readonly etag?: string } {
  if (member === undefined || member === true || json === null || typeof body !== "object" || body === null)
    return {};
  const version: unknown = Reflect.get(body, member);
  if (typeof version !== "number") return {};
  return { etag: method === "GET" ? etagOfAnswer(version, json) : etagOf(version) };
}

/** A complete answer, for streams and texts. */
export interface RawReply {
  readonly response: Response;
}

type Result<O extends OperationSpec> = Answer<O> | Reply<Answer<O>> | RawReply;

/** What parseInput makes of a request by an operation's schemas; `Input` of that operation. */
export interface ParsedInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly files: Readonly<Record<string, UploadedFile | undefined>>;
  readonly ifMatch?: string;
  readonly range?: string;
  readonly ifRange?: string;
}

/** An operation with the use case that answers it. `run` may only be given input parsed by that operation. */
export interface Binding {
  readonly operation: OperationSpec;
  // A method, so that use cases with their own narrower input fit; parse-input.ts upholds the narrowing.
  run(cx: Context, input: ParsedInput): Promise<unknown>;
}

/** Ties an operation to its use case. */
export function bind<O extends OperationSpec>(
  operation: O,
  run: (cx: Context, input: Input<O>) => Promise<Result<O>>,
): Binding {
  const binding: { operation: O; run(cx: Context, input: Input<O>): Promise<unknown> } = { operation, run };
  return binding;
}

/** Values of the parameters in an address, still percent-encoded. */
export type Params = Readonly<Record<string, string | string[] | undefined>>;

/** One address of the API and the operations that answer there; none for addresses that do not exist. */
export interface Endpoint {
  readonly path: string;
  readonly bindings: readonly Binding[];
}

/** Declares the endpoint of one `endpoint.ts`. Throws if an operation is declared for another address. */
export function endpointAt(path: string, bindings: readonly Binding[]): Endpoint {
  for (const { operation } of bindings) {
    if (operation.path !== path)
      throw new Error(`${operation.id} is declared for ${operation.path}, not ${path}`);
  }
  return { path, bindings };
}

export function isRawReply(value: unknown): value is RawReply {
  return (
    typeof value === "object" && value !== null && "response" in value && value.response instanceof Response
  );
}
