import { signRelease as sign } from "@/lib/access/executive-release/sign-release";
import { signRelease } from "@/lib/api-client/operations/releases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/releases/{release_id}/words", [
  bind(signRelease, (cx, { params, body }) => sign(cx, params.id, params.release_id, body)),
]);
