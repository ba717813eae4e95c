import { rotateWebhookSecret } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { rotateSecret } from "@/lib/notify/webhooks/change-webhook";

export const endpoint = endpointAt("/confidential/admin/webhooks/{id}/rotate", [
  bind(rotateWebhookSecret, (cx, { params }) => rotateSecret(cx, params.id)),
]);
