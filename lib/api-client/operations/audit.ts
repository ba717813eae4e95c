import { operation } from "@/lib/api-client/operation";
import { ActorList, ActorQuery } from "@/lib/audit/people-schema";
import { AccessLogPage, AccessLogQuery } from "@/lib/audit/reading/access-logs";
import {
  AuditKeys,
  EventDetail,
  EventPage,
  EventPath,
  EventQuery,
  ExportHistoryQuery,
  ExportItem,
  ExportPage,
  ExportPath,
  ExportQuery,
  ExportReceipt,
  LogQuery,
  NewExport,
} from "@/lib/audit/schema";
import {
  VerificationItem,
  VerificationPage,
  VerificationPath,
  VerificationQuery,
} from "@/lib/audit/self-check/schema";

export const listAccessLogs = operation({
  id: "listAccessLogs",
  method: "GET",
  path: "/confidential/access/logs",
  summary: "Accesses and refusals: the caller's own, or all for staff and officers.",
  scopes: ["read"],
  roles: "any",
  query: AccessLogQuery,
  response: { status: 200, schema: AccessLogPage },
  rate: "reads",
  action: "access.logs",
});

export const listAuditEvents = operation({
  id: "listAuditEvents",
  method: "GET",
  path: "/confidential/audit/events",
  summary: "Entries of the log, newest first.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  query: EventQuery,
  response: { status: 200, schema: EventPage },
  rate: "reads",
  action: "audit.read",
});

export const getAuditEvent = operation({
  id: "getAuditEvent",
  method: "GET",
  path: "/confidential/audit/events/{seq}",
  summary: "One entry by its leaf index, with the parts the caller may read.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  params: EventPath,
  query: LogQuery,
  response: { status: 200, schema: EventDetail },
  rate: "reads",
  action: "audit.read",
});

export const getAuditProof = operation({
  id: "getAuditProof",
  method: "GET",
  path: "/confidential/audit/events/{seq}/proof",
  summary: "Inclusion proof of one entry (C2SP tlog-proof).",
  scopes: ["read"],
  roles: "any",
  params: EventPath,
  query: LogQuery,
  response: { status: 200, mediaType: "text/plain" },
  rate: "reads",
  action: "audit.proof",
});

export const getLogCheckpoint = operation({
  id: "getLogCheckpoint",
  method: "GET",
  path: "/confidential/audit/log/checkpoint",
  summary: "Newest checkpoint (C2SP signed note).",
  scopes: ["read"],
  roles: "any",
  query: LogQuery,
  response: { status: 200, mediaType: "text/plain" },
  rate: "reads",
  action: "audit.checkpoint",
});

export const getAuditKeys = operation({
  id: "getAuditKeys",
  method: "GET",
  path: "/confidential/audit/keys",
  summary: "Public keys that verify checkpoints, receipts and the custodian's answers.",
  scopes: ["read"],
  roles: "any",
  query: LogQuery,
  response: { status: 200, schema: AuditKeys },
  rate: "reads",
  action: "audit.keys",
});

export const exportAuditLog = operation({
  id: "exportAuditLog",
  method: "GET",
  path: "/confidential/audit/export",
  summary: "The log as NDJSON, CSV, JSON, XLSX or a signed bundle, streamed from one snapshot.",
  scopes: ["export"],
  roles: ["auditor", "regulator", "coordinator"],
  query: ExportQuery,
  response: { status: 200, mediaType: "application/octet-stream" },
  rate: "export",
  stepUp: true,
  action: "audit.export",
  about: { grant: "query.grant_id" },
  stream: true,
});

export const listAuditExports = operation({
  id: "listAuditExports",
  method: "GET",
  path: "/confidential/audit/exports",
  summary: "Exports of the log, newest first: the caller's own, or all for a coordinator.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  query: ExportHistoryQuery,
  response: { status: 200, schema: ExportPage },
  rate: "reads",
  action: "audit.exports",
});

export const requestAuditExport = operation({
  id: "requestAuditExport",
  method: "POST",
  path: "/confidential/audit/exports",
  summary: "Request a background export. Its file can be downloaded in parts until it expires.",
  scopes: ["export"],
  roles: ["auditor", "regulator", "coordinator"],
  body: NewExport,
  response: { status: 202, schema: ExportReceipt },
  rate: "export",
  stepUp: true,
  idempotent: { keep: ["id", "state", "started_at"] },
  action: "audit.export",
  about: { grant: "body.grant_id" },
});

export const getAuditExport = operation({
  id: "getAuditExport",
  method: "GET",
  path: "/confidential/audit/exports/{id}",
  summary: "One export: its progress and digest.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  params: ExportPath,
  response: { status: 200, schema: ExportItem },
  rate: "reads",
  action: "audit.exports",
});

export const cancelAuditExport = operation({
  id: "cancelAuditExport",
  method: "DELETE",
  path: "/confidential/audit/exports/{id}",
  summary: "Cancel the caller's own background export, or remove its file.",
  scopes: ["export"],
  roles: ["auditor", "regulator", "coordinator"],
  params: ExportPath,
  response: { status: 200, schema: ExportReceipt },
  rate: "writes",
  action: "export.cancel",
});

export const downloadAuditExport = operation({
  id: "downloadAuditExport",
  method: "GET",
  path: "/confidential/audit/exports/{id}/file",
  summary: "The file of the caller's own background export, whole or one range of it.",
  scopes: ["export"],
  roles: ["auditor", "regulator", "coordinator"],
  params: ExportPath,
  response: { status: 200, mediaType: "application/octet-stream", also: [206] },
  rate: "reads",
  stepUp: true,
  action: "export.download",
  about: { export: "id" },
  stream: true,
});

export const requestVerification = operation({
  id: "requestVerification",
  method: "POST",
  path: "/confidential/audit/verifications",
  summary:
    "Ask the worker to verify the whole log. If a verification waits or runs, the answer shows that one.",
  scopes: ["export"],
  roles: ["auditor", "regulator", "coordinator"],
  response: { status: 202, schema: VerificationItem },
  rate: "writes",
  weight: 10,
  action: "audit.verify",
});

export const listVerifications = operation({
  id: "listVerifications",
  method: "GET",
  path: "/confidential/audit/verifications",
  summary: "Verifications by the worker, newest first, with their reports.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  query: VerificationQuery,
  response: { status: 200, schema: VerificationPage },
  rate: "reads",
  action: "audit.verifications",
});

export const getVerification = operation({
  id: "getVerification",
  method: "GET",
  path: "/confidential/audit/verifications/{id}",
  summary: "One verification by the worker, with its report once it has ended.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  params: VerificationPath,
  response: { status: 200, schema: VerificationItem },
  rate: "reads",
  action: "audit.verifications",
});

export const listAuditActors = operation({
  id: "listAuditActors",
  method: "GET",
  path: "/confidential/audit/actors",
  summary:
    "People who acted in entries that the caller may see, by part of a name or beginning of a pseudonym.",
  scopes: ["read"],
  roles: ["auditor", "regulator", "coordinator"],
  query: ActorQuery,
  response: { status: 200, schema: ActorList },
  rate: "reads",
  action: "audit.actors",
});
