import { listNoticeRules as list, setNoticeRule as set } from "@/lib/access/notices/set-rule";
import { listNoticeRules, setNoticeRule } from "@/lib/api-client/operations/notices";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/notices/rules", [
  bind(listNoticeRules, (cx) => list(cx)),
  bind(setNoticeRule, (cx, { body }) => set(cx, body)),
]);
