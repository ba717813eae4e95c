import { getCallingKey } from "@/lib/api-client/operations/api-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { findCallingKey } from "@/lib/identity/api-keys/list-api-keys";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/api-keys/current",
  [bind(getCallingKey, (cx) => findCallingKey(cx))],
);
