import { operation } from "@/lib/api-client/operation";
import { EscrowOrder } from "@/lib/escrow/protocol/epoch-order";
import {
  RotationList,
  RotationOf,
  RotationOrder,
  RotationPath,
  RotationView,
} from "@/lib/keys/rotation/schema";
import {
  BegunEpoch,
  ChangedKey,
  DestroyedEpoch,
  EpochPath,
  EscrowEpochList,
  KeyPage,
  KeyPath,
  KeyProof,
  KeyQuery,
  KeyRegistration,
  KeyStateOrder,
  KeyView,
  ProvenKey,
  RegisteredKey,
  RootBackup,
} from "@/lib/keys/schema";

const registration = {
  method: "POST",
  scopes: ["keys"],
  roles: ["client", "miner"],
  body: KeyRegistration,
  old: { nullable: ["public_key"] },
  response: { status: 201, also: [200], schema: RegisteredKey, location: "/confidential/keys/{key_id}" },
  rate: "writes",
  action: "key.register",
  idempotent: {
    allBut: ["challenge"],
  },
} as const;

export const registerKey = operation({
  ...registration,
  id: "registerKey",
  path: "/confidential/keys",
  summary: "Register a managed or a client-held key.",
});

export const registerKeyAlias = operation({
  ...registration,
  id: "registerKeyAlias",
  path: "/confidential/keys/register",
  summary: "The same as POST /confidential/keys.",
});

export const proveKey = operation({
  id: "proveKey",
  method: "POST",
  path: "/confidential/keys/{id}/proof",
  summary: "Prove the possession of a client-held key. The key becomes active.",
  scopes: ["keys"],
  roles: ["client", "miner"],
  params: KeyPath,
  body: KeyProof,
  response: { status: 200, schema: ProvenKey },
  rate: "writes",
  action: "key.prove",
  stepUp: true,
  idempotent: { allBut: [] },
});

export const listKeys = operation({
  id: "listKeys",
  method: "GET",
  path: "/confidential/keys",
  summary: "Key versions of one participant, or all that are visible to the caller.",
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

export const readRootBackup = operation({
  id: "readRootBackup",
  method: "GET",
  path: "/confidential/keys/backup",
  summary: "State of the backup of the portal's root key, for administrators.",
  scopes: ["read"],
  roles: ["admin"],
  response: { status: 200, schema: RootBackup },
  rate: "reads",
  action: "key.read",
});

export const rotateEscrow = operation({
  id: "rotateEscrow",
  method: "POST",
  path: "/confidential/keys/escrow/rotate",
  summary: "Begin the next escrow epoch; data of older epochs is re-wrapped for it.",
  scopes: ["keys"],
  roles: ["admin"],
  body: EscrowOrder,
  response: { status: 201, schema: BegunEpoch },
  rate: "writes",
  action: "escrow.epoch",
  stepUp: true,
  idempotent: { allBut: [] },
});

export const destroyEscrow = operation({
  id: "destroyEscrow",
  method: "POST",
  path: "/confidential/keys/escrow/{epoch}/destroy",
  summary: "Destroy the private key of an older, empty escrow epoch.",
  scopes: ["keys"],
  roles: ["admin"],
  params: EpochPath,
  body: EscrowOrder,
  response: { status: 200, schema: DestroyedEpoch },
  rate: "writes",
  action: "escrow.destroy",
  stepUp: true,
  idempotent: { allBut: [] },
});

const rotation = {
  method: "POST",
  scopes: ["keys"],
  roles: ["client", "miner", "admin"],
  body: RotationOrder,
  response: { status: 202, schema: RotationView },
  rate: "writes",
  action: "key.rotate",
  stepUp: true,
  idempotent: { allBut: [] },
} as const;

export const rotateKey = operation({
  ...rotation,
  id: "rotateKey",
  path: "/confidential/keys/{id}/rotate",
  params: KeyPath,
  summary:
    "Begin the rotation of an active or a compromised managed key. If it runs already, the answer shows it.",
});

export const rotateKeyAlias = operation({
  ...rotation,
  id: "rotateKeyAlias",
  path: "/confidential/keys/rotate",
  query: RotationOf,
  summary: "Rotate the participant's active key.",
});

export const listRotations = operation({
  id: "listRotations",
  method: "GET",
  path: "/confidential/rotations",
  summary: "The newest rotations of a participant's key.",
  scopes: ["read"],
  roles: ["client", "miner", "admin"],
  query: RotationOf,
  response: { status: 200, schema: RotationList },
  rate: "reads",
  action: "key.read",
});

export const getRotation = operation({
  id: "getRotation",
  method: "GET",
  path: "/confidential/rotations/{id}",
  summary: "The progress of a rotation.",
  scopes: ["read"],
  roles: ["client", "miner", "admin"],
  params: RotationPath,
  response: { status: 200, schema: RotationView },
  rate: "reads",
  action: "key.read",
});

export const changeKeyState = operation({
  id: "changeKeyState",
  method: "POST",
  path: "/confidential/keys/{id}/state",
  summary: "Suspend, resume, report compromised, deactivate or destroy a key version.",
  scopes: ["keys"],
  roles: ["client", "miner", "admin"],
  params: KeyPath,
  body: KeyStateOrder,
  response: { status: 200, schema: ChangedKey },
  rate: "writes",
  action: "key.state",
  stepUp: true,
  idempotent: { allBut: [] },
});
