import { replayDelivery } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { replayDelivery as replay } from "@/lib/notify/deliveries/list-deliveries";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/webhooks/{id}/deliveries/{delivery_id}/replay",
  [bind(replayDelivery, (cx, { params }) => replay(cx, params.id, params.delivery_id))],
);
