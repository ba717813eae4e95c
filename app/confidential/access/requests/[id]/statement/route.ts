import { versionOf } from "@/lib/access/etag";
import { prepareStatement as prepare } from "@/lib/access/prepare-statement";
import { prepareStatement } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/statement",
  [
    bind(prepareStatement, (cx, { params, body, ifMatch }) =>
      prepare(cx, params.id, body, versionOf(ifMatch)),
    ),
  ],
);
