import {
  NewNoticeRule,
  NoticeAnswer,
  NoticePage,
  NoticeQuery,
  NoticeRules,
  NoticeRulesAnswer,
  NoticeWord,
  OwnNoticePage,
} from "@/lib/access/notices/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";

const NOTICES = "/confidential/access/notices";
const roles = ["coordinator"] as const;
const duties = ["legal"] as const;

export const listNotices = operation({
  id: "listNotices",
  method: "GET",
  path: NOTICES,
  summary: "Notices to participants whose data was disclosed: waiting, sent, withheld; for legal reviewers.",
  scopes: ["read"],
  roles,
  duties,
  query: NoticeQuery,
  response: { status: 200, schema: NoticePage },
  rate: "reads",
  action: "notice.read",
});

export const decideNotice = operation({
  id: "decideNotice",
  method: "POST",
  path: "/confidential/access/requests/{id}/notices",
  summary: "Notify a participant that its data was disclosed, or withhold the notice with a reason.",
  scopes: ["decide"],
  roles,
  duties,
  params: RequestPath,
  body: NoticeWord,
  response: { status: 200, schema: NoticeAnswer },
  rate: "decisions",
  action: "notice.send",
  about: { request: "id" },
  stepUp: true,
});

export const listNoticeRules = operation({
  id: "listNoticeRules",
  method: "GET",
  path: `${NOTICES}/rules`,
  summary: "For which kinds of legal authority and purposes participants are notified; for legal reviewers.",
  scopes: ["read"],
  roles,
  duties,
  response: { status: 200, schema: NoticeRules },
  rate: "reads",
  action: "notice.read",
});

export const setNoticeRule = operation({
  id: "setNoticeRule",
  method: "PUT",
  path: `${NOTICES}/rules`,
  summary: "Set whether participants are notified for a kind of legal authority and a purpose.",
  scopes: ["decide"],
  roles,
  duties,
  body: NewNoticeRule,
  response: { status: 200, schema: NoticeRulesAnswer },
  rate: "decisions",
  action: "notice.rule",
  stepUp: true,
});

export const listOwnNotices = operation({
  id: "listOwnNotices",
  method: "GET",
  path: "/confidential/notices",
  summary: "Notices to the caller's participant about disclosures of its data.",
  scopes: ["read"],
  roles: ["client", "miner"],
  query: NoticeQuery,
  response: { status: 200, schema: OwnNoticePage },
  rate: "reads",
  action: "notice.read",
});
