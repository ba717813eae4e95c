import { testWebhook } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { testWebhook as test } from "@/lib/notify/deliveries/list-deliveries";

export const endpoint = endpointAt("/confidential/admin/webhooks/{id}/test", [
  bind(testWebhook, (cx, { params }) => test(cx, params.id)),
]);
