import { changeMailSettings, getMailSettings } from "@/lib/api-client/operations/notifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { changeMailSettings as change, getMailSettings as read } from "@/lib/notify/mail/settings";
import { getRuntime } from "@/lib/runtime/slot";

const hasMail = async () => (await getRuntime()).mailer !== undefined;

export const endpoint = endpointAt("/confidential/notifications/settings", [
  bind(getMailSettings, async (cx) => read(cx, await hasMail())),
  bind(changeMailSettings, async (cx, { body }) => change(cx, body, await hasMail())),
]);
