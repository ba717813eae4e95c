import type { z } from "zod";
import type { Duty, Role, Scope } from "@/lib/vocabulary";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Budgets of api.md "Budgets"; every authenticated call draws on exactly one. */
export type RateClass = "reads" | "writes" | "open" | "audit" | "decisions" | "batch" | "export" | "sign_in";

/** A multipart upload: one part holds a JSON object, the others are files. */
export interface UploadSpec {
  /** Name of the part that holds the JSON object; its schema is the operation's `body`. */
  readonly json: string;
  /** Names of the parts that may hold a file, each at most once. */
  readonly files: readonly string[];
}

/**
 * What programs written for the coordinator send differently (docs/guides/migrating.md). The OpenAPI document states
 * all of it, so that no form is accepted silently.
 */
export interface OldForms {
  /** Top-level members of the body for which null counts as absent. */
  readonly nullable?: readonly string[];
  /** Top-level members of the body for which an empty object counts as absent. */
  readonly emptyObject?: readonly string[];
  /** Members of the body that may be in the query instead, and the defaults for those that are absent. */
  readonly inQuery?: {
    readonly names: readonly string[];
    readonly otherwise: Readonly<Record<string, string>>;
  };
}

/**
 * Where the parsed input of a call names the thing that it is about, for the entry of a refusal: a parameter of the
 * path ("id"), or a member of the body or the query ("body.grant_id").
 */
export interface OperationAbout {
  readonly transaction?: string;
  readonly request?: string;
  readonly grant?: string;
  readonly dispute?: string;
  readonly authority?: string;
  readonly export?: string;
  readonly purpose?: string;
  readonly fields?: string;
  /** The action of the entry itself, in place of the operation's. */
  readonly action?: string;
}

/**
 * What is kept of an answer for 24 hours: the receipt, and either the named members (a dot leads into an object or the
 * items of a list), or all but the named ones. Disclosed values, new secrets and the words of a case are never kept.
 */
export type Kept = { readonly keep: readonly string[] } | { readonly allBut: readonly string[] };

/** One endpoint, as data: route, OpenAPI entry, row of the route × role test and client all come from it. */
export interface OperationSpec {
  /** camelCase, unique; the OpenAPI operationId. */
  readonly id: string;
  readonly method: Method;
  /** Full path with `{name}` for parameters. */
  readonly path: string;
  readonly summary: string;
  /** A key needs one of these; "any" when every key is allowed; "none" for the few calls without authentication. */
  readonly scopes: readonly Scope[] | "any" | "none";
  readonly roles: readonly Role[] | "any";
  /** When given, the caller also needs one of these duties. */
  readonly duties?: readonly Duty[];
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** Use strict objects: unknown members are refused. */
  readonly body?: z.ZodType;
  /** 1 MB by default: "batch" allows 8 MB; uploads 20 MB. */
  readonly bodySize?: "batch";
  readonly upload?: UploadSpec;
  readonly old?: OldForms;
  readonly response: {
    readonly status: number;
    /** Absent for answers that are not JSON. */
    readonly schema?: z.ZodType;
    readonly mediaType?: string;
    /** Further success statuses with the same schema. */
    readonly also?: readonly number[];
    /** Address of what a 201 created, with members of the answer in braces. It becomes the header Location. */
    readonly location?: string;
  };
  readonly rate: RateClass;
  /** How many calls of its budget one call takes; 1 by default. */
  readonly weight?: number;
  /** Audit action; refusals are recorded under it. */
  readonly action: string;
  /** The thing that a refusal of the use case is about. Without it the entry names only the operation. */
  readonly about?: OperationAbout;
  /** The call accepts Idempotency-Key. What is kept of its answer is what a replay answers. */
  readonly idempotent?: Kept;
  /**
   * What two people can change carries its version as an ETag: that of the named member of the answer, or one that the
   * use case gives.
   */
  readonly etag?: "version" | "revision" | true;
  /** Takes If-Match: with it, 412 `request.outdated` when another person has changed it since. */
  readonly ifMatch?: true;
  /** For signed-in people: a key gets 403. */
  readonly sessionOnly?: true;
  /**
   * A privileged person's session needs a fresh second factor for it. Checks that a use case makes itself are not
   * listed here.
   */
  readonly stepUp?: true;
  /** A success never changes, so that the caller's own cache may keep it; all other answers are not cached. */
  readonly immutable?: true;
  /** The use case answers `{ response }`; HEAD is then answered without calling it. */
  readonly stream?: true;
}

/** Whether a GET answers 304 to its own ETag: where the tag is of the whole answer. */
export function answersUnchanged({ etag, method }: OperationSpec): boolean {
  return method === "GET" && typeof etag === "string";
}

/** One file of a multipart upload, whole and bounded. */
export interface UploadedFile {
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Base64url, of the bytes as they arrived. */
  readonly sha256: string;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : Readonly<Record<string, never>>;
type Member<O, K extends string> = O extends { readonly [P in K]: infer S } ? Parsed<S> : Parsed<undefined>;

/** The input of a use case: parsed and trusted. */
export interface Input<O extends OperationSpec> {
  readonly params: Member<O, "params">;
  readonly query: Member<O, "query">;
  readonly body: Member<O, "body">;
  /** Files by part name; empty but for uploads. */
  readonly files: Readonly<Record<string, UploadedFile | undefined>>;
  /** If-Match as it was sent: where two people can change one thing, the version that was read. */
  readonly ifMatch?: string;
  /** Range and If-Range as they were sent, for files that can be fetched in pieces. */
  readonly range?: string;
  readonly ifRange?: string;
}

/** The JSON body of a successful answer. */
export type Answer<O extends OperationSpec> = O["response"] extends {
  readonly schema: infer S extends z.ZodType;
}
  ? z.input<S>
  : never;

/** Declares one endpoint; checks the shape and keeps the exact types. */
export function operation<const O extends OperationSpec>(spec: O): O {
  return spec;
}
