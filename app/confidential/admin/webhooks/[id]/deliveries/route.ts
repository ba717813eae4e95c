import { listDeliveries } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listDeliveries as list } from "@/lib/notify/deliveries/list-deliveries";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/webhooks/{id}/deliveries",
  [bind(listDeliveries, (cx, { params, query }) => list(cx, params.id, query))],
);
