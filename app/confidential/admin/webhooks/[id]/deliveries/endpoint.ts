import { listDeliveries } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listDeliveries as list } from "@/lib/notify/deliveries/list-deliveries";

export const endpoint = endpointAt("/confidential/admin/webhooks/{id}/deliveries", [
  bind(listDeliveries, (cx, { params, query }) => list(cx, params.id, query)),
]);
