import { type CurlCall, curlOf } from "@/lib/api-client/openapi/curl";
import { type MemberRow, membersBelow, typeOf } from "@/lib/api-client/openapi/describe-schema";
import { openApiDocument } from "@/lib/api-client/openapi/document";
import { exampleOf } from "@/lib/api-client/openapi/examples";
import { isRecord, type JsonSchema } from "@/lib/api-client/openapi/json-schema";
import { TAGS, type Tag, tagOf } from "@/lib/api-client/openapi/tags";
import type { OperationSpec } from "@/lib/api-client/operation";
import { problemsOf } from "@/lib/api-client/problems";
import { OPERATIONS } from "@/lib/api-client/registry";

/** A parameter of the path, the query or a header. */
export interface ParameterRow extends MemberRow {
  readonly place: string;
  readonly isOld: boolean;
}

/**
 * Bodies are described to their third level, answers to their first, because each page would otherwise repeat their members many
 * times.
 */
const BODY_LEVELS = 2;

/** One operation as the reader's page shows it: everything comes from its declaration. */
export interface Reference {
  readonly operation: OperationSpec;
  readonly tag: Tag;
  readonly parameters: readonly ParameterRow[];
  readonly body: readonly MemberRow[];
  /** Media type of the body. */
  readonly takes: string | undefined;
  readonly statuses: readonly number[];
  /** Media type of the answer. */
  readonly gives: string;
  readonly answer: readonly MemberRow[];
  readonly problems: ReturnType<typeof problemsOf>;
  readonly call: CurlCall;
}

function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((found, name) => (isRecord(found) ? found[name] : undefined), value);
}

const record = (value: unknown): JsonSchema => (isRecord(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The whole document without shared schemas, made once: each schema is in its place. */
let made: JsonSchema | undefined;
function wholeDocument(): JsonSchema {
  made ??= openApiDocument(OPERATIONS, "");
  return made;
}

/** Returns the target of a reference of the document, or the value itself. */
function resolved(value: unknown): JsonSchema {
  const ref = at(value, "$ref");
  if (typeof ref !== "string") return record(value);
  return record(at(wholeDocument(), ...ref.slice(2).split("/")));
}

/** Returns a schema with its references resolved, to the depth that the page shows. */
function whole(value: unknown, depth = 0): unknown {
  if (depth > 24) return {};
  if (Array.isArray(value)) return value.map((item) => whole(item, depth + 1));
  if (!isRecord(value)) return value;
  if (typeof value.$ref === "string") return whole(resolved(value), depth + 1);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, whole(member, depth + 1)]));
}

function parameterRow(parameter: unknown): ParameterRow {
  const { name, in: place, required, description, deprecated, schema } = resolved(parameter);
  return {
    name: text(name),
    place: text(place),
    type: typeOf(record(schema)),
    isRequired: required === true,
    isOld: deprecated === true,
    ...(typeof description === "string" ? { description } : {}),
  };
}

function queryText(values: unknown): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(record(values))) query.set(name, String(value));
  const written = query.toString();
  return written === "" ? "" : `?${written}`;
}

function exampleCall(operation: OperationSpec): CurlCall {
  const { params, query, body } = exampleOf(operation);
  const segments = Object.entries(record(params));
  const path = segments.reduce(
    (address, [name, value]) =>
      address.replace(`{${name}}`, () =>
        [value]
          .flat()
          .map((part) => encodeURIComponent(String(part)))
          .join("/"),
      ),
    operation.path,
  );
  const { upload, method, response } = operation;
  const json = body === undefined || method === "GET" ? undefined : JSON.stringify(body);
  const isFile = response.schema === undefined && response.mediaType === "application/octet-stream";
  return {
    method,
    path: `${path}${queryText(query)}`,
    ...(operation.scopes === "none" ? { isPublic: true } : {}),
    ...(upload === undefined
      ? {}
      : { parts: [`${upload.json}=${json};type=application/json`, `${upload.files[0]}=@order.pdf`] }),
    ...(json === undefined || upload !== undefined || json === "{}" ? {} : { body: json }),
    ...(isFile ? { file: "answer" } : {}),
  };
}

/** The reference of one operation. */
export function referenceOf(operation: OperationSpec): Reference {
  const declared = at(wholeDocument(), "paths", operation.path, operation.method.toLowerCase());
  const content = record(at(declared, "requestBody", "content"));
  const [takes] = Object.keys(content);
  const { status, also = [] } = operation.response;
  const answers = record(at(declared, "responses", String(status), "content"));
  const [gives = ""] = Object.keys(answers);
  const parameters = at(declared, "parameters");
  const bodyOf = takes === undefined ? {} : record(whole(at(content, takes, "schema")));
  return {
    operation,
    tag: tagOf(operation),
    parameters: Array.isArray(parameters) ? parameters.map(parameterRow) : [],
    body: membersBelow(bodyOf, BODY_LEVELS),
    takes,
    statuses: [status, ...also],
    gives,
    answer: membersBelow(record(whole(at(answers, gives, "schema"))), 0),
    problems: problemsOf(operation),
    call: exampleCall(operation),
  };
}

/** Returns the example of a call as a command for this instance; undefined where a key cannot make it. */
export function commandOf({ call, operation }: Reference, origin: string): string | undefined {
  return operation.sessionOnly === true ? undefined : curlOf(call, origin);
}

/** Returns operations by part of the API, in the reader's order; with search words, those that have all of them. */
export function operationsByTag(
  words = "",
): readonly { readonly tag: Tag; readonly operations: readonly OperationSpec[] }[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const fits = ({ id, method, path, summary }: OperationSpec) => {
    const text = `${id} ${method} ${path} ${summary}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  return TAGS.map((tag) => ({
    tag,
    operations: OPERATIONS.filter((operation) => tagOf(operation) === tag && fits(operation)),
  })).filter(({ operations }) => operations.length > 0);
}
