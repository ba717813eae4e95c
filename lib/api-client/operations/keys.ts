import { operation } from "@/lib/api-client/operation";
import {
  EscrowEpochList,
  KeyPage,
  KeyPath,
  KeyQuery,
  KeyRegistration,
  KeyView,
  RegisteredKey,
} from "@/lib/keys/schema";

const registration = {
  method: "POST",
  scopes: ["keys"],
  roles: ["client", "miner"],
  body: KeyRegistration,
  response: { status: 201, also: [200], schema: RegisteredKey },
  rate: "writes",
  action: "key.register",
  idempotent: {
    keep: ["success", "key_id", "kid", "participant_id", "key_version", "state", "registered_at"],
  },
} as const;

export const registerKey = operation({
  ...registration,
  id: "registerKey",
  path: "/confidential/keys",
  summary: "Register a key, held by the service or by the client.",
});

export const registerKeyAlias = operation({
  ...registration,
  id: "registerKeyAlias",
  path: "/confidential/keys/register",
  summary: "The same as POST /confidential/keys.",
});

export const listKeys = operation({
  id: "listKeys",
  method: "GET",
  path: "/confidential/keys",
  summary: "Key versions, of one participant or of all the caller may see.",
  scopes: ["read"],
  roles: "any",
  query: KeyQuery,
  response: { status: 200, schema: KeyPage },
  rate: "reads",
  action: "key.read",
});

export const getKey = operation({
  id: "getKey",
  method: "GET",
  path: "/confidential/keys/{id}",
  summary: "One key version.",
  scopes: ["read"],
  roles: "any",
  params: KeyPath,
  response: { status: 200, schema: KeyView },
  rate: "reads",
  action: "key.read",
});

export const listEscrowEpochs = operation({
  id: "listEscrowEpochs",
  method: "GET",
  path: "/confidential/keys/escrow",
  summary: "Escrow epochs with the custodian's signatures.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: EscrowEpochList },
  rate: "reads",
  action: "key.read",
});
