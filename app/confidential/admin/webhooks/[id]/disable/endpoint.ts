import { disableWebhook } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { disableWebhook as disable } from "@/lib/notify/webhooks/change-webhook";

export const endpoint = endpointAt("/confidential/admin/webhooks/{id}/disable", [
  bind(disableWebhook, (cx, { params }) => disable(cx, params.id)),
]);
