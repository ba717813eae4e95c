import { replayDelivery } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { replayDelivery as replay } from "@/lib/notify/deliveries/list-deliveries";

export const endpoint = endpointAt("/confidential/admin/webhooks/{id}/deliveries/{delivery_id}/replay", [
  bind(replayDelivery, (cx, { params }) => replay(cx, params.id, params.delivery_id)),
]);
