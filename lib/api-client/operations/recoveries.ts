import { operation } from "@/lib/api-client/operation";
import {
  NewRecovery,
  NewRecoverySignature,
  RecoveryAnswer,
  RecoveryChallenge,
  RecoveryEnd,
  RecoveryProof,
  RecoveryStanding,
} from "@/lib/keys/recovery/schema";
import { KeyPath } from "@/lib/keys/schema";

const KEPT = [
  "success",
  "id",
  "created_at",
  "recovery_id",
  "participant_id",
  "state",
  "asked_at",
  "not_after",
];

export const getRecovery = operation({
  id: "getRecovery",
  method: "GET",
  path: "/confidential/keys/{id}/recovery",
  summary: "The newest recovery of a lost key, and the statement that the caller can sign for it.",
  scopes: ["read"],
  roles: "any",
  params: KeyPath,
  response: { status: 200, schema: RecoveryStanding },
  rate: "reads",
  action: "key.read",
});

export const askRecovery = operation({
  id: "askRecovery",
  method: "POST",
  path: "/confidential/keys/{id}/recovery",
  summary: "Report a client-held key as lost and request a re-wrap of its data for another key.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  body: NewRecovery,
  response: { status: 201, schema: RecoveryAnswer },
  rate: "writes",
  action: "key.recover-ask",
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const signRecovery = operation({
  id: "signRecovery",
  method: "POST",
  path: "/confidential/keys/{id}/recovery/statements",
  summary: "Agree to a recovery, as a person on the custodian's roster.",
  scopes: ["decide"],
  roles: "any",
  params: KeyPath,
  body: NewRecoverySignature,
  response: { status: 200, schema: RecoveryAnswer },
  rate: "decisions",
  action: "key.recover-sign",
  stepUp: true,
});

export const refuseRecovery = operation({
  id: "refuseRecovery",
  method: "POST",
  path: "/confidential/keys/{id}/recovery/refusals",
  summary: "Withdraw one's own recovery, or refuse one that the caller may sign.",
  scopes: ["keys", "decide"],
  roles: "any",
  params: KeyPath,
  body: RecoveryEnd,
  response: { status: 200, schema: RecoveryAnswer },
  rate: "writes",
  action: "key.recover-end",
  stepUp: true,
});

export const challengeRecovery = operation({
  id: "challengeRecovery",
  method: "POST",
  path: "/confidential/keys/{id}/recovery/challenge",
  summary: "Ask for the custodian's challenge to the holder of the new key.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  response: { status: 201, schema: RecoveryChallenge },
  rate: "writes",
  action: "key.recover-begin",
  stepUp: true,
});

export const beginRecovery = operation({
  id: "beginRecovery",
  method: "POST",
  path: "/confidential/keys/{id}/recovery/proof",
  summary: "Answer the custodian's challenge, which makes the new key active and begins the recovery.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  body: RecoveryProof,
  response: { status: 202, schema: RecoveryAnswer },
  rate: "writes",
  action: "key.recover-begin",
  stepUp: true,
  idempotent: { keep: KEPT },
});
