import { z } from "zod";
import { CaseDetail, CasePath, CaseQuery, CaseSummary } from "@/lib/access/cases/schema";
import { operation } from "@/lib/api-client/operation";
import { pageOf } from "@/lib/schema";

const CASES = "/confidential/cases";
const roles = ["auditor", "regulator", "coordinator"] as const;

export const listCases = operation({
  id: "listCases",
  method: "GET",
  path: CASES,
  summary:
    "Cases the caller may know of: requests of one agency, grouped by issuer and case number. The case with the newest request is first.",
  scopes: ["read"],
  roles,
  query: CaseQuery,
  response: { status: 200, schema: pageOf(CaseSummary).extend({ total: z.int() }) },
  rate: "reads",
  action: "case.read",
});

export const getCase = operation({
  id: "getCase",
  method: "GET",
  path: `${CASES}/{id}`,
  summary: "One case with its order, requests, grants, transactions, legal holds, people and timeline.",
  scopes: ["read"],
  roles,
  params: CasePath,
  response: { status: 200, schema: CaseDetail },
  rate: "reads",
  action: "case.read",
});
