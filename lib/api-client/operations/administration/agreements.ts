import {
  AgreeBody,
  AgreedAnswer,
  Agreement,
  AgreementAnswer,
  AgreementList,
  AgreementPath,
  AgreementQuery,
  EndBody,
} from "@/lib/administration/agreements/schema";
import { operation } from "@/lib/api-client/operation";

const AGREEMENTS = "/confidential/agreements";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;
const decide = { ...admin, params: AgreementPath, rate: "writes", stepUp: true } as const;

export const listAgreements = operation({
  id: "listAgreements",
  method: "GET",
  path: AGREEMENTS,
  summary: "Changes that need two people, newest first; by default those that wait for the caller.",
  ...admin,
  query: AgreementQuery,
  response: { status: 200, schema: AgreementList },
  rate: "reads",
  action: "agreement.read",
});

export const getAgreement = operation({
  id: "getAgreement",
  method: "GET",
  path: `${AGREEMENTS}/{id}`,
  summary: "One change that needs two people: before, after, who asks and why, until when.",
  ...admin,
  params: AgreementPath,
  response: { status: 200, schema: Agreement },
  rate: "reads",
  action: "agreement.read",
});

export const agreeToAgreement = operation({
  id: "agreeToAgreement",
  method: "POST",
  path: `${AGREEMENTS}/{id}/agree`,
  summary: "Agree as the second person. The change is carried out at once.",
  ...decide,
  body: AgreeBody,
  response: { status: 200, schema: AgreedAnswer },
  action: "agreement.agree",
});

export const refuseAgreement = operation({
  id: "refuseAgreement",
  method: "POST",
  path: `${AGREEMENTS}/{id}/refuse`,
  summary: "Refuse as the second person. Nothing changes.",
  ...decide,
  body: EndBody,
  response: { status: 200, schema: AgreementAnswer },
  action: "agreement.refuse",
});

export const sendBackAgreement = operation({
  id: "sendBackAgreement",
  method: "POST",
  path: `${AGREEMENTS}/{id}/send-back`,
  summary: "Send a change back to the person who asked, for another version. Nothing changes.",
  ...decide,
  body: EndBody,
  response: { status: 200, schema: AgreementAnswer },
  action: "agreement.send-back",
});

export const withdrawAgreement = operation({
  id: "withdrawAgreement",
  method: "POST",
  path: `${AGREEMENTS}/{id}/withdraw`,
  summary: "Withdraw a change that the caller asked for.",
  ...decide,
  body: AgreeBody,
  response: { status: 200, schema: AgreementAnswer },
  action: "agreement.withdraw",
});
