import { listRotations } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listRotations as list } from "@/lib/keys/rotation/view";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/rotations", [
  bind(listRotations, (cx, { query }) => list(cx, query.participant_id)),
]);
