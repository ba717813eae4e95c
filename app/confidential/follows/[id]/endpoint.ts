import { endFollow } from "@/lib/api-client/operations/follows";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { endFollow as end } from "@/lib/notify/follows/follows";

export const endpoint = endpointAt("/confidential/follows/{id}", [
  bind(endFollow, (cx, { params }) => end(cx, params.id)),
]);
