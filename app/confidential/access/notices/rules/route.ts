import { listNoticeRules as list, setNoticeRule as set } from "@/lib/access/notices/set-rule";
import { listNoticeRules, setNoticeRule } from "@/lib/api-client/operations/notices";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/notices/rules", [
  bind(listNoticeRules, (cx) => list(cx)),
  bind(setNoticeRule, (cx, { body }) => set(cx, body)),
]);
