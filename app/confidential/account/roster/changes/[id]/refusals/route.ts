import { refuseRosterChange } from "@/lib/api-client/operations/roster";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { refuseRosterChange as refuse } from "@/lib/identity/roster/refuse-roster-change";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/roster/changes/{id}/refusals",
  [bind(refuseRosterChange, (cx, { params, body }) => refuse(cx, params.id, body))],
);
