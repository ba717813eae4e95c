import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import { DomainError } from "@/lib/errors";
import type { ParsedInput } from "@/lib/http/bind";
import { parseWith } from "@/lib/http/field-errors";
import { parseJsonBody, refuseNul } from "@/lib/http/parse-json";
import { invalid } from "@/lib/http/problem";
import { BODY_LIMITS, mediaTypeOf, readBody } from "@/lib/http/read-body";
import { readMultipart } from "@/lib/http/read-multipart";

type RawParams = Readonly<Record<string, string | string[] | undefined>>;

/** Input and the body's bytes, which idempotency compares. */
export interface ReadInput {
  readonly input: ParsedInput;
  readonly bodyBytes: Uint8Array;
}

const EMPTY: Readonly<Record<string, never>> = {};

function decodeParam(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new DomainError("request.invalid-path");
  }
}

/** Path parameters; one that does not fit names nothing, so it is 404 and not 422. */
function parseParams(operation: OperationSpec, raw: RawParams): unknown {
  if (operation.params === undefined) return EMPTY;
  const decoded = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(decodeParam) : value === undefined ? undefined : decodeParam(value),
    ]),
  );
  const result = operation.params.safeParse(decoded);
  if (!result.success || JSON.stringify(decoded).includes("\\u0000"))
    throw new DomainError("request.not-found");
  return result.data;
}

function parseQuery(operation: OperationSpec, url: URL): unknown {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of url.searchParams) {
    if (name in query) throw invalid(`/${name}`, "stands twice");
    query[name] = value;
  }
  refuseNul(query);
  if (operation.query !== undefined) return parseWith(operation.query, { ...query });
  const [unknown] = Object.keys(query);
  if (unknown !== undefined) throw invalid(`/${unknown}`, "is not a parameter of this call");
  return EMPTY;
}

function bodyLimit(operation: OperationSpec): number {
  if (operation.upload !== undefined) return BODY_LIMITS.upload;
  return operation.bodySize === "batch" ? BODY_LIMITS.batch : BODY_LIMITS.plain;
}

async function parseBody(operation: OperationSpec, request: Request) {
  if (operation.method === "GET") return { body: EMPTY, files: EMPTY, bodyBytes: new Uint8Array(0) };
  const header = request.headers.get("content-type");
  const expected = operation.upload === undefined ? "application/json" : "multipart/form-data";
  if (header !== null && mediaTypeOf(header) !== expected) {
    throw new DomainError("request.unsupported-media-type", { detail: `This call takes ${expected}.` });
  }
  const bodyBytes = await readBody(request, bodyLimit(operation));
  if (header === null && bodyBytes.length > 0) {
    throw new DomainError("request.unsupported-media-type", { detail: `This call takes ${expected}.` });
  }
  const read = await readParts(operation, bodyBytes, header);
  const body = operation.body === undefined ? requireEmpty(read.body) : parseWith(operation.body, read.body);
  return { body, files: read.files, bodyBytes };
}

async function readParts(operation: OperationSpec, bytes: Uint8Array, contentType: string | null) {
  if (contentType === null) return { body: {}, files: EMPTY };
  if (operation.upload !== undefined) return readMultipart(bytes, contentType, operation.upload);
  // A call without members may carry its media type and nothing else; any other empty body is not JSON.
  if (bytes.length === 0 && operation.body === undefined) return { body: {}, files: EMPTY };
  return { body: parseJsonBody(bytes), files: EMPTY };
}

function requireEmpty(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("", "must be an object");
  const [unknown] = Object.keys(body);
  if (unknown !== undefined) throw invalid(`/${unknown}`, "is not a member of this schema");
  return EMPTY;
}

/** Parses the request by the operation's schemas, once; use cases trust what comes out. */
export async function parseInput(
  operation: OperationSpec,
  request: Request,
  raw: RawParams,
): Promise<ReadInput> {
  const params = parseParams(operation, raw);
  const query = parseQuery(operation, new URL(request.url));
  const { body, files, bodyBytes } = await parseBody(operation, request);
  const ifMatch = request.headers.get("if-match");
  const range = request.headers.get("range");
  const ifRange = request.headers.get("if-range");
  const input = {
    params,
    query,
    body,
    files,
    ...(ifMatch === null ? {} : { ifMatch }),
    ...(range === null ? {} : { range }),
    ...(ifRange === null ? {} : { ifRange }),
  };
  return { input, bodyBytes };
}
