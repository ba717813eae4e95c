import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import {
  AuthorityConfirmation,
  AuthorityEnd,
  AuthorityPath,
  AuthorityView,
  NewAuthority,
  NewList,
} from "@/lib/authorities/schema";
import { pageOf, pageQuery, Receipt } from "@/lib/schema";

const AUTHORITIES = "/confidential/admin/authorities";
const AuthorityAnswer = AuthorityView.extend({ receipt: Receipt });
const keeper = {
  scopes: ["admin"],
  roles: ["coordinator", "admin"],
  duties: ["admin", "compliance"],
} as const;
export const listAuthorities = operation({
  id: "listAuthorities",
  method: "GET",
  path: AUTHORITIES,
  summary: "Keys and trust anchors that verify signed orders, newest first, including ended ones.",
  ...keeper,
  query: z.strictObject({ ...pageQuery }),
  response: { status: 200, schema: pageOf(AuthorityView) },
  rate: "reads",
  action: "authority.read",
  about: {},
});

export const registerAuthority = operation({
  id: "registerAuthority",
  method: "POST",
  path: AUTHORITIES,
  summary:
    "Register an authority's key or trust anchor. It is in force a day after a second person has confirmed it.",
  ...keeper,
  body: NewAuthority,
  response: { status: 201, schema: AuthorityAnswer },
  rate: "writes",
  action: "authority.register",
  about: {},
  sessionOnly: true,
  stepUp: true,
  idempotent: { allBut: [] },
});

export const confirmAuthority = operation({
  id: "confirmAuthority",
  method: "POST",
  path: `${AUTHORITIES}/{id}/confirmations`,
  summary: "Confirm another person's registration, with the digest from the authority itself.",
  ...keeper,
  params: AuthorityPath,
  body: AuthorityConfirmation,
  response: { status: 200, schema: AuthorityAnswer },
  rate: "writes",
  action: "authority.confirm",
  about: { authority: "id" },
  sessionOnly: true,
  stepUp: true,
});

export const withdrawAuthority = operation({
  id: "withdrawAuthority",
  method: "POST",
  path: `${AUTHORITIES}/{id}/withdrawals`,
  summary: "Withdraw a registration that is not confirmed yet.",
  ...keeper,
  params: AuthorityPath,
  body: AuthorityEnd,
  response: { status: 200, schema: AuthorityAnswer },
  rate: "writes",
  action: "authority.withdraw",
  about: { authority: "id" },
  sessionOnly: true,
  stepUp: true,
});

export const revokeAuthority = operation({
  id: "revokeAuthority",
  method: "POST",
  path: `${AUTHORITIES}/{id}/revocations`,
  summary:
    "Revoke a key or trust anchor. Orders under it are refused, and grants that rest on such an order end at once.",
  ...keeper,
  params: AuthorityPath,
  body: AuthorityEnd,
  response: { status: 200, schema: AuthorityAnswer },
  rate: "writes",
  action: "authority.revoke",
  about: { authority: "id" },
  sessionOnly: true,
  stepUp: true,
});

export const addAuthorityList = operation({
  id: "addAuthorityList",
  method: "POST",
  path: `${AUTHORITIES}/{id}/crls`,
  summary: "Add a newer revocation list of a trust anchor. Orders of a signer on the list end at once.",
  ...keeper,
  params: AuthorityPath,
  body: NewList,
  bodySize: "batch",
  response: { status: 201, schema: AuthorityAnswer },
  rate: "writes",
  action: "authority.crl",
  about: { authority: "id" },
  sessionOnly: true,
  stepUp: true,
  idempotent: { allBut: [] },
});
