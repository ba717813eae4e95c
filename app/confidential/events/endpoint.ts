import { streamChanges } from "@/lib/api-client/operations/home";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { streamChanges as stream } from "@/lib/http/public/stream-changes";

export const endpoint = endpointAt("/confidential/events", [
  bind(streamChanges, (cx, { query }) => stream(cx, query)),
]);
