import { createWebhook, listWebhooks } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { createWebhook as create } from "@/lib/notify/webhooks/create-webhook";
import { listWebhooks as list } from "@/lib/notify/webhooks/list-webhooks";

export const endpoint = endpointAt("/confidential/admin/webhooks", [
  bind(listWebhooks, (cx, { query }) => list(cx, query)),
  bind(createWebhook, (cx, { body }) => create(cx, body)),
]);
