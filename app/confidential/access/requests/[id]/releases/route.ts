import { getRelease as get } from "@/lib/access/release/get-release";
import { proposeRelease as propose } from "@/lib/access/release/propose-release";
import { getRelease, proposeRelease } from "@/lib/api-client/operations/releases";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/releases",
  [
    bind(getRelease, (cx, { params }) => get(cx, params.id)),
    bind(proposeRelease, (cx, { params, body }) => propose(cx, params.id, body)),
  ],
);
