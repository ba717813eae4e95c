import { Receipt } from "@/lib/api-client/fields";
import { operation } from "@/lib/api-client/operation";
import {
  Acknowledgement,
  AcknowledgementPath,
  AsidePage,
  AsideQuery,
  NewAcknowledgement,
} from "@/lib/audit/aside/schema";

const SAID = "/confidential/audit/acknowledgements";
const scopes = ["decide"] as const;
const roles = ["coordinator", "admin"] as const;
const duties = ["admin", "compliance", "legal"] as const;
const Answer = Acknowledgement.extend({ receipt: Receipt });

export const listAside = operation({
  id: "listAside",
  method: "GET",
  path: "/confidential/audit/aside",
  summary: "Waiting rows that are no entries of the log, and what two persons said of each.",
  scopes: ["read"],
  roles: ["auditor", "coordinator", "admin"],
  query: AsideQuery,
  response: { status: 200, schema: AsidePage },
  rate: "reads",
  action: "aside.read",
});

export const askAcknowledgement = operation({
  id: "askAcknowledgement",
  method: "POST",
  path: SAID,
  summary: "Acknowledge a quarantined entry; a second person agrees.",
  scopes,
  roles,
  duties,
  body: NewAcknowledgement,
  response: { status: 201, schema: Answer },
  rate: "decisions",
  action: "aside.ask",
  stepUp: true,
  idempotent: { keep: ["id", "state", "asked_at"] },
});

export const agreeToAcknowledgement = operation({
  id: "agreeToAcknowledgement",
  method: "POST",
  path: `${SAID}/{id}/agreements`,
  summary: "Agree as the second person: the row is no alarm and no finding from then on, and stays.",
  scopes,
  roles,
  duties,
  params: AcknowledgementPath,
  response: { status: 200, schema: Answer },
  rate: "decisions",
  action: "aside.agree",
  stepUp: true,
});

export const refuseAcknowledgement = operation({
  id: "refuseAcknowledgement",
  method: "POST",
  path: `${SAID}/{id}/refusals`,
  summary: "Take back or refuse an acknowledgement that was not agreed to.",
  scopes,
  roles,
  duties,
  params: AcknowledgementPath,
  response: { status: 200, schema: Answer },
  rate: "decisions",
  action: "aside.refuse",
  stepUp: true,
});
