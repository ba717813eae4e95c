import { operation } from "@/lib/api-client/operation";
import {
  ApiKeyEnd,
  ApiKeyPage,
  ApiKeyPath,
  ApiKeyQuery,
  ApiKeyRotation,
  CallingKey,
  EndedApiKey,
  MadeApiKey,
  NewApiKey,
} from "@/lib/identity/api-keys/schema";

const OWN = "/confidential/account/api-keys";
const ALL = "/confidential/admin/api-keys";

// For signed-in people only: a thief of a key cannot make another key with it.
const own = { scopes: "any", roles: "any", sessionOnly: true } as const;
const change = { ...own, method: "POST", rate: "writes" } as const;
/** The key is never returned again: a person who lost the answer ends that key and makes another. */
const keeper = { scopes: ["admin"], roles: "any", duties: ["admin"], sessionOnly: true } as const;

export const listApiKeys = operation({
  ...own,
  id: "listApiKeys",
  method: "GET",
  path: OWN,
  summary: "The caller's API keys, newest first, and the scopes that a key of theirs can carry.",
  query: ApiKeyQuery,
  response: { status: 200, schema: ApiKeyPage },
  rate: "reads",
  action: "api_key.read",
});

export const getCallingKey = operation({
  id: "getCallingKey",
  method: "GET",
  path: `${OWN}/current`,
  summary: "The API key of this call: its scopes, addresses and end, and its owner.",
  scopes: "any",
  roles: "any",
  response: { status: 200, schema: CallingKey },
  rate: "reads",
  action: "api_key.read",
});

export const createApiKey = operation({
  ...change,
  id: "createApiKey",
  path: OWN,
  summary: "Make an API key. The key itself is in this answer and never shown again.",
  body: NewApiKey,
  response: { status: 201, schema: MadeApiKey },
  idempotent: { allBut: ["key"] },
  action: "api_key.create",
});

export const rotateApiKey = operation({
  ...change,
  id: "rotateApiKey",
  path: `${OWN}/{id}/rotate`,
  summary: "Replace an API key. The new one is shown once; both work during the overlap.",
  params: ApiKeyPath,
  body: ApiKeyRotation,
  response: { status: 201, schema: MadeApiKey },
  idempotent: { allBut: ["key"] },
  action: "api_key.create",
});

export const revokeApiKey = operation({
  ...change,
  id: "revokeApiKey",
  path: `${OWN}/{id}/revoke`,
  summary: "End one of the caller's API keys at once.",
  params: ApiKeyPath,
  body: ApiKeyEnd,
  response: { status: 200, schema: EndedApiKey },
  action: "api_key.revoke",
});

export const listAllApiKeys = operation({
  ...keeper,
  id: "listAllApiKeys",
  method: "GET",
  path: ALL,
  summary: "All API keys, newest first, with their last use.",
  query: ApiKeyQuery,
  response: { status: 200, schema: ApiKeyPage },
  rate: "reads",
  action: "api_key.read",
});

export const revokeAnyApiKey = operation({
  ...keeper,
  id: "revokeAnyApiKey",
  method: "POST",
  path: `${ALL}/{id}/revoke`,
  summary: "End any person's API key at once, with a reason.",
  params: ApiKeyPath,
  body: ApiKeyEnd,
  response: { status: 200, schema: EndedApiKey },
  rate: "writes",
  action: "api_key.revoke",
});
