import { operation } from "@/lib/api-client/operation";
import {
  NewDismissal,
  QuarantinedEntry,
  QuarantinePage,
  QuarantinePath,
  QuarantineQuery,
} from "@/lib/audit/reading/quarantine-schema";
import { Receipt } from "@/lib/schema";

const PATH = "/confidential/audit/quarantine";

export const listQuarantine = operation({
  id: "listQuarantine",
  method: "GET",
  path: PATH,
  summary:
    "Quarantined entries: rows that are not valid entries of the log, and who dismissed which of them.",
  scopes: ["read"],
  roles: ["auditor", "coordinator", "admin"],
  query: QuarantineQuery,
  response: { status: 200, schema: QuarantinePage },
  rate: "reads",
  action: "quarantine.read",
});

export const dismissQuarantined = operation({
  id: "dismissQuarantined",
  method: "POST",
  path: `${PATH}/{id}/dismissals`,
  summary: "Dismiss a quarantined entry with a reason. It stays in quarantine and raises no more alerts.",
  scopes: ["decide"],
  roles: ["coordinator", "admin"],
  duties: ["admin", "compliance", "legal"],
  params: QuarantinePath,
  body: NewDismissal,
  response: { status: 200, schema: QuarantinedEntry.extend({ receipt: Receipt }) },
  rate: "decisions",
  action: "quarantine.dismiss",
  stepUp: true,
});
