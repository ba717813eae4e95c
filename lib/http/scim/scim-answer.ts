import "server-only";
import {
  ERROR_SCHEMA,
  ScimError,
  type ScimType,
} from "@/lib/administration/provisioning/protocol/scim-error";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import type { HttpAnswer } from "@/lib/http/endpoint/http-answer";
import { problemHeaders } from "@/lib/http/endpoint/problem";

const MEDIA_TYPE = "application/scim+json";

/** Returns an answer with a resource, a list, or no body. */
export function scimAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  if (body === undefined) return { status, headers, body: null };
  return { status, headers: { ...headers, "content-type": MEDIA_TYPE }, body: JSON.stringify(body) };
}

/** How a call failed, as the client and the organisation's page see it. */
export interface Failure {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

function detailOf({ errors, detail, title }: DomainError): string {
  const [first] = errors;
  return first === undefined ? (detail ?? title) : `${first.pointer.replace(/^\//, "")}: ${first.detail}.`;
}

/** Returns how a call failed. SCIM has 400, not 422, for a value that a rule does not allow. */
function ofDomain(error: DomainError): Failure {
  const { status } = error;
  const common = { detail: detailOf(error), headers: problemHeaders(error) };
  if (status === 422) return { ...common, status: 400, scimType: "invalidValue" };
  return { ...common, status, scimType: status === 400 ? "invalidSyntax" : undefined };
}

/** Returns how a call failed; undefined for an unexpected failure, which the caller logs. */
export function failureOf(failure: unknown): Failure | undefined {
  const error = mapDatabaseError(failure);
  if (error instanceof ScimError) {
    const { status, scimType, detail } = error;
    return { status, scimType, detail, headers: {} };
  }
  return error instanceof DomainError ? ofDomain(error) : undefined;
}

/** Returns a failure as SCIM writes it (RFC 7644 section 3.12). */
export function failureAnswer({ status, scimType, detail, headers }: Failure): HttpAnswer {
  const type = scimType === undefined ? {} : { scimType };
  return scimAnswer(status, { schemas: [ERROR_SCHEMA], status: String(status), ...type, detail }, headers);
}

function namesOf(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== "");
}

/** Returns a resource with the attributes that the query asks for (RFC 7644 section 3.9), each as a whole. */
export function selected(resource: Readonly<Record<string, unknown>>, query: URLSearchParams): unknown {
  const [wanted, excluded] = [namesOf(query, "attributes"), namesOf(query, "excludedAttributes")];
  if (wanted.length === 0 && excluded.length === 0) return resource;
  const isIn = (names: readonly string[], name: string) =>
    names.some((one) => one === name.toLowerCase() || one.startsWith(`${name.toLowerCase()}.`));
  const isShown = (name: string) =>
    ["schemas", "id"].includes(name) ||
    (wanted.length > 0 ? isIn(wanted, name) : !excluded.includes(name.toLowerCase()));
  return Object.fromEntries(Object.entries(resource).filter(([name]) => isShown(name)));
}
