import { createWebhook, listWebhooks } from "@/lib/api-client/operations/notifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { createWebhook as create } from "@/lib/notify/webhooks/create-webhook";
import { listWebhooks as list } from "@/lib/notify/webhooks/list-webhooks";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/webhooks", [
  bind(listWebhooks, (cx, { query }) => list(cx, query)),
  bind(createWebhook, (cx, { body }) => create(cx, body)),
]);
