import {
  NewPreservation,
  Preservation,
  PreservationPath,
  PreservationQuery,
  Release,
  Renewal,
} from "@/lib/access/preservations/schema";
import { operation } from "@/lib/api-client/operation";
import { pageOf, Receipt } from "@/lib/schema";

const HOLDS = "/confidential/access/preservations";
const roles = ["auditor", "regulator", "coordinator"] as const;
const Answer = Preservation.extend({ receipt: Receipt });

export const preserveTransactions = operation({
  id: "preserveTransactions",
  method: "POST",
  path: HOLDS,
  summary: "Put transactions under a legal hold. It protects them from deletion and discloses no data.",
  scopes: ["request"],
  roles,
  body: NewPreservation,
  response: { status: 201, schema: Answer },
  rate: "writes",
  action: "preservation.create",
  idempotent: { keep: ["id", "state", "until", "created_at"] },
});

export const listPreservations = operation({
  id: "listPreservations",
  method: "GET",
  path: HOLDS,
  summary:
    "Legal holds of the caller's organisation, newest first. People who decide on requests see all holds.",
  scopes: ["read"],
  roles,
  query: PreservationQuery,
  response: { status: 200, schema: pageOf(Preservation) },
  rate: "reads",
  action: "preservation.read",
});

export const renewHold = operation({
  id: "renewHold",
  method: "POST",
  path: `${HOLDS}/{id}/renewals`,
  summary: "Renew a legal hold, by default until 90 days from now.",
  scopes: ["request"],
  roles,
  params: PreservationPath,
  body: Renewal,
  response: { status: 200, schema: Answer },
  rate: "writes",
  action: "preservation.renew",
});

export const releaseHold = operation({
  id: "releaseHold",
  method: "POST",
  path: `${HOLDS}/{id}/releases`,
  summary: "Release a legal hold of the caller's organisation before its end.",
  scopes: ["request"],
  roles,
  params: PreservationPath,
  body: Release,
  response: { status: 200, schema: Answer },
  rate: "writes",
  action: "preservation.release",
  stepUp: true,
});
