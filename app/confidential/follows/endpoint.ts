import { beginFollow, listFollows } from "@/lib/api-client/operations/follows";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { beginFollow as begin, listFollows as list } from "@/lib/notify/follows/follows";

export const endpoint = endpointAt("/confidential/follows", [
  bind(listFollows, (cx) => list(cx)),
  bind(beginFollow, (cx, { body }) => begin(cx, body)),
]);
