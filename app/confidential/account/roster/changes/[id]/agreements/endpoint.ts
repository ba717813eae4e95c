import { agreeToRosterChange } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { agreeToRosterChange as agree } from "@/lib/identity/roster/agree-to-roster-change";

export const endpoint = endpointAt("/confidential/account/roster/changes/{id}/agreements", [
  bind(agreeToRosterChange, (cx, { params, body }) => agree(cx, params.id, body)),
]);
