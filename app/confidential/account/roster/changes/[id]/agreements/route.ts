import { agreeToRosterChange } from "@/lib/api-client/operations/roster";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { agreeToRosterChange as agree } from "@/lib/identity/roster/agree-to-roster-change";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/roster/changes/{id}/agreements",
  [bind(agreeToRosterChange, (cx, { params, body }) => agree(cx, params.id, body))],
);
