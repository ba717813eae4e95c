import {
  GROUP_SCHEMA,
  SEALPORT_USER,
  USER_SCHEMA,
} from "@/lib/administration/provisioning/protocol/resources";

// What the server says of itself (RFC 7643 sections 5 to 7). A client may read it before its first change.

/** Resources of one page at most. */
export const MAX_RESULTS = 200;
export const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

interface Attribute {
  readonly name: string;
  readonly type: "string" | "boolean" | "complex" | "reference";
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "immutable";
  readonly returned: "default" | "always";
  readonly uniqueness: "none" | "server";
  readonly subAttributes?: readonly Attribute[];
}

function attribute(name: string, description: string, more: Partial<Attribute> = {}): Attribute {
  return {
    ...{ name, type: "string", multiValued: false, description, required: false, caseExact: false },
    ...{ mutability: "readWrite", returned: "default", uniqueness: "none" },
    ...more,
  };
}

const list = { type: "complex", multiValued: true } as const;
const readOnly = { mutability: "readOnly" } as const;
const exact = { caseExact: true } as const;

const USER_ATTRIBUTES: readonly Attribute[] = [
  attribute("userName", "Work address in a verified domain of the organisation. It cannot change.", {
    ...{ required: true, uniqueness: "server", mutability: "immutable" },
  }),
  attribute("externalId", "The client's own id.", exact),
  attribute("displayName", "The name that others read."),
  attribute("name", "Parts of the name.", {
    type: "complex",
    subAttributes: [
      attribute("givenName", "Given name."),
      attribute("familyName", "Family name."),
      attribute("formatted", "The whole name, where displayName is absent."),
    ],
  }),
  attribute("emails", "The work address, which is the userName.", {
    ...list,
    subAttributes: [
      attribute("value", "The address."),
      attribute("type", "work."),
      attribute("primary", "Whether it is the only one in use.", { type: "boolean" }),
    ],
  }),
  attribute(
    "active",
    "False suspends the person at once. True of a suspended person asks two administrators.",
    {
      type: "boolean",
    },
  ),
  attribute("groups", "Groups of the person.", {
    ...{ ...list, ...readOnly },
    subAttributes: [
      attribute("value", "Id of the group.", { ...readOnly, ...exact }),
      attribute("display", "Name of the group.", readOnly),
    ],
  }),
];

const GROUP_ATTRIBUTES: readonly Attribute[] = [
  attribute("displayName", "Name of the group, by which it is mapped to a role and duties.", {
    ...{ required: true, uniqueness: "server" },
    ...exact,
  }),
  attribute("externalId", "The client's own id.", exact),
  attribute("members", "Users of the group.", {
    ...list,
    subAttributes: [
      attribute("value", "Id of the user.", { mutability: "immutable", ...exact }),
      attribute("display", "Name of the user.", readOnly),
    ],
  }),
];

const SEALPORT_ATTRIBUTES: readonly Attribute[] = [
  attribute("state", "waiting, asked, invited, active, suspended or inactive.", readOnly),
  attribute("role", "Role of the account.", readOnly),
  attribute("duties", "Duties of the account.", { multiValued: true, ...readOnly }),
  attribute("agreements", "Changes that wait for two administrators.", {
    ...{ ...list, ...readOnly },
    subAttributes: [
      attribute("value", "Id of the agreement.", { ...readOnly, ...exact }),
      attribute("display", "Its kind.", readOnly),
    ],
  }),
];

interface Described {
  readonly id: string;
  readonly [member: string]: unknown;
}

function schema(
  base: string,
  id: string,
  name: string,
  description: string,
  attributes: readonly Attribute[],
) {
  const meta = { resourceType: "Schema", location: `${base}/Schemas/${id}` };
  const schemas = ["urn:ietf:params:scim:schemas:core:2.0:Schema"];
  return { schemas, id, name, description, attributes, meta };
}

/** Returns the schemas of resources. */
export function schemasAt(base: string): readonly Described[] {
  return [
    schema(base, USER_SCHEMA, "User", "A person of the organisation", USER_ATTRIBUTES),
    schema(base, GROUP_SCHEMA, "Group", "A group of the identity provider", GROUP_ATTRIBUTES),
    schema(base, SEALPORT_USER, "Sealport user", "What the portal made of it", SEALPORT_ATTRIBUTES),
  ];
}

function resourceType(
  base: string,
  name: "User" | "Group",
  described: string,
  extensions: readonly string[],
) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: name,
    name,
    endpoint: `/${name}s`,
    description: `People of the organisation as ${name.toLowerCase()}s`,
    schema: described,
    ...(extensions.length === 0
      ? {}
      : { schemaExtensions: extensions.map((one) => ({ schema: one, required: false })) }),
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${name}` },
  };
}

/** Returns the types of resources. */
export function resourceTypesAt(base: string): readonly Described[] {
  return [
    resourceType(base, "User", USER_SCHEMA, [SEALPORT_USER]),
    resourceType(base, "Group", GROUP_SCHEMA, []),
  ];
}

/** Returns what the server supports. */
export function serviceProviderConfigAt(base: string) {
  const supported = (isSupported: boolean) => ({ supported: isSupported });
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    documentationUri: `${new URL(base).origin}/help`,
    patch: supported(true),
    bulk: { ...supported(false), maxOperations: 0, maxPayloadSize: 0 },
    filter: { ...supported(true), maxResults: MAX_RESULTS },
    changePassword: supported(false),
    sort: supported(true),
    etag: supported(true),
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token of the organisation, made on its page.",
        specUri: "https://www.rfc-editor.org/rfc/rfc6750",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

/** Returns resources as a list (RFC 7644 section 3.4.2). */
export function listOf(resources: readonly unknown[], totalResults = resources.length, startIndex = 1) {
  return {
    schemas: [LIST_SCHEMA],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
