import { Seal, SealAnswer, SealBody } from "@/lib/administration/seal/schema";
import { operation } from "@/lib/api-client/operation";

const SEAL = "/confidential/admin/seal";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;

export const getSeal = operation({
  id: "getSeal",
  method: "GET",
  path: SEAL,
  summary: "Whether this tenant's keys are sealed, since when and by whom, and the change that waits.",
  ...admin,
  response: { status: 200, schema: Seal },
  rate: "reads",
  action: "agreement.read",
});

export const askSeal = operation({
  id: "askSeal",
  method: "POST",
  path: SEAL,
  summary: "Ask to seal this tenant's keys, or to unseal them; a second administrator agrees.",
  ...admin,
  stepUp: true,
  body: SealBody,
  response: { status: 201, schema: SealAnswer, location: "/confidential/agreements/{id}" },
  rate: "writes",
  action: "agreement.ask",
  idempotent: { allBut: [] },
});
