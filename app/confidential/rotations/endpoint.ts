import { listRotations } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listRotations as list } from "@/lib/keys/rotation/view";

export const endpoint = endpointAt("/confidential/rotations", [
  bind(listRotations, (cx, { query }) => list(cx, query.participant_id)),
]);
