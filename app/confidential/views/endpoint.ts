import { listViews, saveView } from "@/lib/api-client/operations/views";
import { listViews as list, saveView as save } from "@/lib/home/views/views";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/views", [
  bind(listViews, (cx, { query }) => list(cx, query.list)),
  bind(saveView, (cx, { body }) => save(cx, body)),
]);
