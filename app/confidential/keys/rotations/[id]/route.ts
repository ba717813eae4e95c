import { getRotation } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getRotation as findRotation } from "@/lib/keys/rotation/view";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/rotations/{id}", [
  bind(getRotation, (cx, { params }) => findRotation(cx, params.id)),
]);
