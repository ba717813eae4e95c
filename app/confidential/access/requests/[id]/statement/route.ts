import { prepareStatement as prepare } from "@/lib/access/decisions/prepare-statement";
import { prepareStatement } from "@/lib/api-client/operations/decisions";
import { versionOf } from "@/lib/etag";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/statement",
  [
    bind(prepareStatement, (cx, { params, body, ifMatch }) =>
      prepare(cx, params.id, body, versionOf(ifMatch)),
    ),
  ],
);
