import "server-only";
import type { ScimContext } from "@/lib/administration/provisioning/context";
import type { Page } from "@/lib/administration/provisioning/filter-store";
import * as groups from "@/lib/administration/provisioning/groups";
import {
  listOf,
  MAX_RESULTS,
  resourceTypesAt,
  schemasAt,
  serviceProviderConfigAt,
} from "@/lib/administration/provisioning/protocol/discovery";
import { parseFilter } from "@/lib/administration/provisioning/protocol/filter";
import type { Members } from "@/lib/administration/provisioning/protocol/patch";
import {
  GROUP_SCHEMAS,
  PATCH_SCHEMAS,
  requireSchemas,
  USER_SCHEMAS,
} from "@/lib/administration/provisioning/protocol/resources";
import { fault, ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import * as users from "@/lib/administration/provisioning/users";
import { type Resource, scimAddress } from "@/lib/administration/provisioning/views";
import { isUuid } from "@/lib/crypto/uuid";
import type { HttpAnswer } from "@/lib/http/endpoint/http-answer";
import { failureAnswer, scimAnswer, selected } from "@/lib/http/scim/scim-answer";

/** One call below /scim/v2 of a known client. */
export interface ScimRequest {
  readonly method: string;
  /** The path below /scim/v2. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Pick<Headers, "get">;
  /** Reads the body as JSON. */
  readonly body: () => Promise<unknown>;
}

type Change = (cx: ScimContext, id: string, sent: Members, ifMatch?: string) => Promise<Resource>;

/** The acts of one type of resource. */
interface Acts {
  readonly schemas: readonly string[];
  list(
    cx: ScimContext,
    page: Page,
  ): Promise<{ readonly resources: readonly Resource[]; readonly total: number }>;
  create(cx: ScimContext, sent: Members): Promise<Resource>;
  get(cx: ScimContext, id: string): Promise<Resource>;
  readonly replace: Change;
  readonly patch: Change;
  remove(cx: ScimContext, id: string, ifMatch?: string): Promise<void>;
}

const TYPES: ReadonlyMap<string, Acts> = new Map<string, Acts>([
  [
    "Users",
    {
      ...{ schemas: USER_SCHEMAS, list: users.listUsers, create: users.createUser, get: users.getUser },
      ...{ replace: users.replaceUser, patch: users.patchUser, remove: users.deleteUser },
    },
  ],
  [
    "Groups",
    {
      ...{
        schemas: GROUP_SCHEMAS,
        list: groups.listGroups,
        create: groups.createGroup,
        get: groups.getGroup,
      },
      ...{ replace: groups.replaceGroup, patch: groups.patchGroup, remove: groups.deleteGroup },
    },
  ],
]);

const DEFAULT_COUNT = 100;

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw fault("invalidValue", `${name} is not a whole number.`);
  return Number(text);
}

function pageOf(query: URLSearchParams): Page & { readonly startIndex: number } {
  const filter = query.get("filter");
  // A number below 1 counts as 1, and a count below 0 as 0 (RFC 7644 table 6).
  const startIndex = Math.max(1, numberOf(query, "startIndex", 1));
  return {
    filter: filter === null || filter.trim() === "" ? undefined : parseFilter(filter),
    sortBy: query.get("sortBy") ?? undefined,
    isDescending: query.get("sortOrder")?.toLowerCase() === "descending",
    startIndex,
    offset: startIndex - 1,
    limit: Math.min(MAX_RESULTS, Math.max(0, numberOf(query, "count", DEFAULT_COUNT))),
  };
}

function notAllowed(allow: string): HttpAnswer {
  const detail = `Allowed here: ${allow}.`;
  return failureAnswer({ status: 405, scimType: undefined, detail, headers: { allow } });
}

/** What this server does not offer (RFC 7644 sections 3.4.3, 3.7 and 3.11). */
const NOT_OFFERED = ["Me", "Bulk", ".search"];

function discovered(cx: ScimContext, { method, segments }: ScimRequest): HttpAnswer | undefined {
  const base = scimAddress(cx.site);
  const [name = "", id, more] = segments;
  const lists = { Schemas: schemasAt, ResourceTypes: resourceTypesAt } as const;
  if (name !== "ServiceProviderConfig" && name !== "Schemas" && name !== "ResourceTypes") return undefined;
  if (method !== "GET") return notAllowed("GET, HEAD");
  if (name === "ServiceProviderConfig")
    return id === undefined ? scimAnswer(200, serviceProviderConfigAt(base)) : undefined;
  if (id === undefined) return scimAnswer(200, listOf(lists[name](base)));
  const one = more === undefined ? lists[name](base).find((item) => item.id === id) : undefined;
  return one === undefined ? undefined : scimAnswer(200, one);
}

/** Returns a resource with its version; a new one also with its address. */
function answered(request: ScimRequest, status: number, resource: Resource): HttpAnswer {
  const { version, location } = resource.meta;
  const headers = { etag: version, ...(status === 201 ? { location } : { "content-location": location }) };
  const isKnown = request.headers
    .get("if-none-match")
    ?.split(",")
    .some((tag) => tag.trim() === version);
  if (request.method === "GET" && isKnown === true)
    return { status: 304, headers: { etag: version }, body: null };
  return scimAnswer(status, selected(resource, request.query), headers);
}

async function sentTo(request: ScimRequest, schemas: readonly string[]): Promise<Members> {
  const sent = await request.body();
  requireSchemas(sent, schemas);
  return sent;
}

async function onAll(cx: ScimContext, request: ScimRequest, acts: Acts): Promise<HttpAnswer> {
  const { method, query } = request;
  if (method === "POST")
    return answered(request, 201, await acts.create(cx, await sentTo(request, acts.schemas)));
  if (method !== "GET") return notAllowed("GET, HEAD, POST");
  const page = pageOf(query);
  const { resources, total } = await acts.list(cx, page);
  const shown = resources.map((resource) => selected(resource, query));
  return scimAnswer(200, listOf(shown, total, page.startIndex));
}

async function onOne(cx: ScimContext, request: ScimRequest, acts: Acts, id: string): Promise<HttpAnswer> {
  const ifMatch = request.headers.get("if-match") ?? undefined;
  switch (request.method) {
    case "GET":
      return answered(request, 200, await acts.get(cx, id));
    case "PUT":
      return answered(request, 200, await acts.replace(cx, id, await sentTo(request, acts.schemas), ifMatch));
    case "PATCH":
      return answered(request, 200, await acts.patch(cx, id, await sentTo(request, PATCH_SCHEMAS), ifMatch));
    case "DELETE":
      await acts.remove(cx, id, ifMatch);
      return scimAnswer(204, undefined);
    default:
      return notAllowed("GET, HEAD, PUT, PATCH, DELETE");
  }
}

/** Answers one call of a client. Throws ScimError and DomainError. */
export async function answerScimCall(cx: ScimContext, request: ScimRequest): Promise<HttpAnswer> {
  const { segments } = request;
  const [name = "", id, more] = segments;
  if (NOT_OFFERED.includes(segments.at(-1) ?? "") || NOT_OFFERED.includes(name))
    throw new ScimError(501, undefined, "This server does not offer this.");
  const found = discovered(cx, request);
  if (found !== undefined) return found;
  const acts = TYPES.get(name);
  if (acts !== undefined && id === undefined) return onAll(cx, request, acts);
  const key = id?.toLowerCase();
  if (acts === undefined || key === undefined || more !== undefined || !isUuid(key))
    throw new ScimError(404, undefined, "No resource has this address.");
  return onOne(cx, request, acts, key);
}
