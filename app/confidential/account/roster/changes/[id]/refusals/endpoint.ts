import { refuseRosterChange } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { refuseRosterChange as refuse } from "@/lib/identity/roster/refuse-roster-change";

export const endpoint = endpointAt("/confidential/account/roster/changes/{id}/refusals", [
  bind(refuseRosterChange, (cx, { params, body }) => refuse(cx, params.id, body)),
]);
