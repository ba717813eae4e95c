import { listDisputes } from "@/lib/api-client/operations/disputes";
import { listDisputes as list } from "@/lib/disputes/list-disputes";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes", [
  bind(listDisputes, (cx, { query }) => list(cx, query)),
]);
