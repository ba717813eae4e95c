import { operation } from "@/lib/api-client/operation";
import { KeyPath } from "@/lib/keys/schema";
import { HandedOver, HeldChallenge, WrapsOrder, WrapsPage, WrapsQuery } from "@/lib/keys/wraps/schema";

export const listWraps = operation({
  id: "listWraps",
  method: "GET",
  path: "/confidential/keys/{id}/wraps",
  summary: "The envelopes wrapped for a client-held key.",
  scopes: ["read"],
  roles: ["client", "miner"],
  params: KeyPath,
  query: WrapsQuery,
  response: { status: 200, schema: WrapsPage },
  rate: "reads",
  action: "key.read",
});

export const challengeKey = operation({
  id: "challengeKey",
  method: "POST",
  path: "/confidential/keys/{id}/challenge",
  summary: "Ask for a challenge for a client-held key that was replaced.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  response: { status: 201, schema: HeldChallenge },
  rate: "writes",
  action: "key.prove",
  stepUp: true,
});

export const handOver = operation({
  id: "handOver",
  method: "POST",
  path: "/confidential/keys/{id}/wraps",
  summary: "Replace the envelopes of a replaced client-held key with envelopes for the active key.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  body: WrapsOrder,
  response: { status: 200, schema: HandedOver },
  rate: "writes",
  action: "key.rotate",
  stepUp: true,
  idempotent: {
    keep: ["success", "key_id", "kid", "new_kid", "rewrapped", "skipped", "remaining_wraps"],
  },
});
