import { signRelease as sign } from "@/lib/access/executive-release/sign-release";
import { signRelease } from "@/lib/api-client/operations/releases";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/releases/{release_id}/words",
  [bind(signRelease, (cx, { params, body }) => sign(cx, params.id, params.release_id, body))],
);
