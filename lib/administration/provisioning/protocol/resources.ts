import { z } from "zod";
import { WorkEmail } from "@/lib/administration/people/schema";
import {
  isMembers,
  knownMembers,
  type Members,
  memberOf,
  PATCH_SCHEMA,
  type Shape,
} from "@/lib/administration/provisioning/protocol/patch";
import { fault } from "@/lib/administration/provisioning/protocol/scim-error";
import { parseSaid } from "@/lib/issue-words";
import { text, visibleLine } from "@/lib/schema";

export const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";
/** State, role, duties, and the agreements that a person waits for. */
export const SEALPORT_USER = "urn:sealport:params:scim:schemas:1.0:User";
/** Its attributes are ignored, as RFC 7644 section 3.3 allows. */
const ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export const USER_SHAPE: Shape = {
  simple: ["userName", "externalId", "displayName", "active"],
  complex: { name: ["givenName", "familyName", "formatted"] },
  lists: ["emails"],
  fixed: ["id", "meta", "groups", "schemas"],
};
export const GROUP_SHAPE: Shape = {
  simple: ["displayName", "externalId"],
  complex: {},
  lists: ["members"],
  fixed: ["id", "meta", "schemas"],
};

/** True and false, or as Entra writes them. */
const Truth = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(?:true|false)$/i, "is neither true nor false")
    .transform((word) => word.toLowerCase() === "true"),
]);
const Name = visibleLine(120);

const User = z.object({
  userName: WorkEmail,
  externalId: text(200).optional(),
  displayName: Name.optional(),
  name: z
    .object({ givenName: Name.optional(), familyName: Name.optional(), formatted: Name.optional() })
    .default({}),
  emails: z
    .array(z.object({ value: text(254).nullish(), type: text(60).nullish(), primary: Truth.nullish() }))
    .max(20)
    .default([]),
  active: Truth.default(true),
});

/** What the client wants of a person. */
export interface WantedUser {
  readonly userName: string;
  readonly externalId: string | undefined;
  /** The whole name; absent where it stays. */
  readonly name: string | undefined;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly active: boolean;
}

const Group = z.object({
  displayName: visibleLine(200),
  externalId: text(200).optional(),
  members: z
    .array(z.object({ value: z.uuid().toLowerCase() }))
    .max(5_000)
    .default([]),
});
export interface WantedGroup {
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly members: readonly string[];
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = parseSaid(schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fault("invalidValue", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be read"}.`);
}

/** Throws `invalidSchema` where a body names a schema that this call does not know. One that names none is taken. */
export function requireSchemas(sent: unknown, known: readonly string[]): asserts sent is Members {
  if (!isMembers(sent)) throw fault("invalidSyntax", "The body is an object.");
  const schemas = memberOf(sent, "schemas") ?? [];
  if (!Array.isArray(schemas)) throw fault("invalidSyntax", "schemas is a list.");
  const unknown = schemas.find(
    (one) => !known.some((name) => name.toLowerCase() === String(one).toLowerCase()),
  );
  if (unknown !== undefined)
    throw fault("invalidSchema", `${String(unknown).slice(0, 200)} is not a known schema.`);
}

export const USER_SCHEMAS = [USER_SCHEMA, ENTERPRISE_USER, SEALPORT_USER];
export const GROUP_SCHEMAS = [GROUP_SCHEMA];
export const PATCH_SCHEMAS = [PATCH_SCHEMA];

/** The address that a person is written to is the name that they sign in with: another one is refused. */
function requireOneAddress({ userName, emails }: z.output<typeof User>): void {
  const work = emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === "work");
  const address = work?.value?.trim();
  if (address === undefined || address.toLowerCase() === userName.toLowerCase()) return;
  throw fault("invalidValue", "emails: the work address is the userName. Map userName to the work address.");
}

/** Returns what a User says, with the whole name that it gives. Throws `invalidValue`. */
export function wantedUser(sent: Members): WantedUser {
  const user = parsed(User, knownMembers(USER_SHAPE, sent));
  requireOneAddress(user);
  const { userName, externalId, displayName, name, active } = user;
  const { givenName, familyName, formatted } = name;
  const parts = [givenName, familyName].filter((part) => part !== undefined).join(" ");
  return {
    ...{ userName, externalId, givenName, familyName, active },
    name: displayName ?? formatted ?? (parts === "" ? undefined : parts),
  };
}

/** Returns what a Group says. Throws `invalidValue`. */
export function wantedGroup(sent: Members): WantedGroup {
  const { displayName, externalId, members } = parsed(Group, knownMembers(GROUP_SHAPE, sent));
  return { displayName, externalId, members: [...new Set(members.map(({ value }) => value))] };
}
