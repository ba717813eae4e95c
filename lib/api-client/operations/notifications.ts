import { operation } from "@/lib/api-client/operation";
import {
  Delivery,
  DeliveryPath,
  DeliveryQuery,
  DeliveryReplayed,
  EmptyBody,
  MailSettings,
  MailSettingsChanged,
  MailSettingsView,
  Marked,
  NewWebhook,
  NotificationList,
  NotificationQuery,
  ReadMarks,
  Webhook,
  WebhookAnswer,
  WebhookPath,
  WebhookQuery,
  WebhookWithSecret,
} from "@/lib/notify/schema";
import { pageOf } from "@/lib/schema";

// A person's own: for signed-in people only, so that a thief of a key cannot subscribe to what comes.
const own = { scopes: "any", roles: "any", sessionOnly: true } as const;
const change = { ...own, method: "POST", rate: "writes" } as const;
/** Programs follow their deliveries. Only a person gives a program an address, and has the portal call it. */
const program = { scopes: ["read"], roles: "any" } as const;
const NOTICES = "/confidential/notifications";
const HOOKS = "/confidential/admin/webhooks";

export const listNotifications = operation({
  ...own,
  id: "listNotifications",
  method: "GET",
  path: NOTICES,
  summary: "The caller's notifications that are still visible to them, newest first.",
  query: NotificationQuery,
  response: { status: 200, schema: NotificationList },
  rate: "reads",
  action: "notification.read",
});

export const markNotifications = operation({
  ...change,
  id: "markNotifications",
  path: `${NOTICES}/marks`,
  summary: "Mark notifications as read: the named ones, or all up to one.",
  body: ReadMarks,
  response: { status: 200, schema: Marked },
  action: "notification.mark",
});

export const getMailSettings = operation({
  ...own,
  id: "getMailSettings",
  method: "GET",
  path: `${NOTICES}/settings`,
  summary: "Which kinds of notification the caller gets by e-mail.",
  response: { status: 200, schema: MailSettingsView },
  rate: "reads",
  action: "notification.read",
});

export const changeMailSettings = operation({
  ...change,
  id: "changeMailSettings",
  path: `${NOTICES}/settings`,
  summary: "Choose which kinds of notification come by e-mail.",
  body: MailSettings,
  response: { status: 200, schema: MailSettingsChanged },
  action: "notification.settings",
});

export const listWebhooks = operation({
  ...program,
  id: "listWebhooks",
  method: "GET",
  path: HOOKS,
  summary: "The caller's webhooks, newest first; for administrators all, by origin.",
  query: WebhookQuery,
  response: { status: 200, schema: pageOf(Webhook) },
  rate: "reads",
  action: "webhook.read",
});

export const createWebhook = operation({
  ...change,
  id: "createWebhook",
  path: HOOKS,
  summary:
    "Notify a program of the caller about changes with signed calls (Standard Webhooks). The secret is shown once.",
  body: NewWebhook,
  response: { status: 201, schema: WebhookWithSecret },
  action: "webhook.create",
  stepUp: true,
  idempotent: { allBut: ["secret"] },
});

export const rotateWebhookSecret = operation({
  ...change,
  id: "rotateWebhookSecret",
  path: `${HOOKS}/{id}/rotate`,
  summary:
    "Make a new secret for one of the caller's webhooks. It is shown once, and the old one also signs for 24 hours.",
  params: WebhookPath,
  body: EmptyBody,
  response: { status: 200, schema: WebhookWithSecret },
  action: "webhook.rotate",
  stepUp: true,
});

export const disableWebhook = operation({
  ...change,
  id: "disableWebhook",
  path: `${HOOKS}/{id}/disable`,
  summary: "Disable a webhook permanently.",
  params: WebhookPath,
  body: EmptyBody,
  response: { status: 200, schema: WebhookAnswer },
  action: "webhook.disable",
});

export const testWebhook = operation({
  ...change,
  id: "testWebhook",
  path: `${HOOKS}/{id}/test`,
  summary:
    "Send a test event to one of the caller's webhooks. It is signed, recorded and retried like every message.",
  params: WebhookPath,
  body: EmptyBody,
  response: { status: 200, schema: DeliveryReplayed },
  action: "webhook.test",
});

export const listDeliveries = operation({
  ...program,
  id: "listDeliveries",
  method: "GET",
  path: `${HOOKS}/{id}/deliveries`,
  summary: "Messages to one's own webhook in the last 30 days, with every attempt.",
  params: WebhookPath,
  query: DeliveryQuery,
  response: { status: 200, schema: pageOf(Delivery) },
  rate: "reads",
  action: "webhook.read",
});

export const replayDelivery = operation({
  ...change,
  id: "replayDelivery",
  path: `${HOOKS}/{id}/deliveries/{delivery_id}/replay`,
  summary: "Send a message again, with the same webhook-id.",
  params: DeliveryPath,
  body: EmptyBody,
  response: { status: 200, schema: DeliveryReplayed },
  action: "webhook.replay",
});
