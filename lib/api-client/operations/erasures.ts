import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { NewSuspicion, SuspicionQuery } from "@/lib/audit/people-schema";
import {
  Erasure,
  ErasureList,
  ErasurePath,
  ErasureQuery,
  NewErasure,
} from "@/lib/audit/retention/erasure/schema";
import { Retention } from "@/lib/audit/retention/schema";
import { EventPage } from "@/lib/audit/schema";
import { Receipt } from "@/lib/schema";

const ErasureAnswer = Erasure.extend({ receipt: Receipt });
const KEPT = ["id", "state", "asked_at"];

export const askErasure = operation({
  id: "askErasure",
  method: "POST",
  path: "/confidential/audit/erasures",
  summary: "Ask that a person's data is erased from the log. A second person agrees.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["privacy", "compliance"],
  body: NewErasure,
  response: { status: 201, schema: ErasureAnswer },
  rate: "decisions",
  action: "erasure.ask",
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const listErasures = operation({
  id: "listErasures",
  method: "GET",
  path: "/confidential/audit/erasures",
  summary: "Requested erasures, newest first, with the reason if one is deferred.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["privacy", "compliance"],
  query: ErasureQuery,
  response: { status: 200, schema: ErasureList },
  rate: "reads",
  action: "erasure.read",
});

export const agreeToErasure = operation({
  id: "agreeToErasure",
  method: "POST",
  path: "/confidential/audit/erasures/{id}/agreements",
  summary:
    "Agree as the second person. The key is destroyed once the retention period is over and no hold applies.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["privacy", "compliance"],
  params: ErasurePath,
  response: { status: 200, schema: ErasureAnswer },
  rate: "decisions",
  action: "erasure.agree",
  stepUp: true,
});

export const refuseErasure = operation({
  id: "refuseErasure",
  method: "POST",
  path: "/confidential/audit/erasures/{id}/refusals",
  summary: "Withdraw or refuse an erasure that has not been carried out.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["privacy", "compliance"],
  params: ErasurePath,
  response: { status: 200, schema: ErasureAnswer },
  rate: "decisions",
  action: "erasure.refuse",
  stepUp: true,
});

export const noteSuspicion = operation({
  id: "noteSuspicion",
  method: "POST",
  path: "/confidential/audit/suspicions",
  summary: "Record a suspicion. Only the compliance duty can see the entry.",
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["compliance"],
  body: NewSuspicion,
  response: { status: 201, schema: z.object({ entry_id: z.string(), receipt: Receipt }) },
  rate: "decisions",
  action: "suspicion.note",
  stepUp: true,
  idempotent: { keep: ["entry_id"] },
});

export const listSuspicions = operation({
  id: "listSuspicions",
  method: "GET",
  path: "/confidential/audit/suspicions",
  summary: "Recorded suspicions, newest first, for the compliance duty only; the entries have the notes.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["compliance"],
  query: SuspicionQuery,
  response: { status: 200, schema: EventPage },
  rate: "reads",
  action: "suspicion.read",
});

export const getLogRetention = operation({
  id: "getLogRetention",
  method: "GET",
  path: "/confidential/audit/retention",
  summary: "How long the log keeps entries and personal data, and what defers their removal.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  response: { status: 200, schema: Retention },
  rate: "reads",
  action: "audit.retention",
});
