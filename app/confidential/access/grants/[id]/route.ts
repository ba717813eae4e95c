import { getGrant as view } from "@/lib/access/grants/get-grant";
import { getGrant } from "@/lib/api-client/operations/grants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/grants/{id}", [
  bind(getGrant, (cx, { params }) => view(cx, params.id)),
]);
