import { streamChanges } from "@/lib/api-client/operations/home";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { streamChanges as stream } from "@/lib/http/public/stream-changes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/events", [
  bind(streamChanges, (cx, { query }) => stream(cx, query)),
]);
