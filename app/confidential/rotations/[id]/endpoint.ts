import { getRotation } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getRotation as findRotation } from "@/lib/keys/rotation/view";

export const endpoint = endpointAt("/confidential/rotations/{id}", [
  bind(getRotation, (cx, { params }) => findRotation(cx, params.id)),
]);
