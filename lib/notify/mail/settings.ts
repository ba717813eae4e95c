import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { findAddress, findSetting, writeSetting } from "@/lib/notify/mail/store";
import {
  type MailKind,
  type MailSettings,
  type MailSettingsView,
  USUAL_MAIL_KINDS,
} from "@/lib/notify/schema";

/** Returns which kinds the caller gets by e-mail, at which address, and whether this instance sends e-mail. */
export async function getMailSettings(cx: Context, hasMail: boolean): Promise<MailSettingsView> {
  const { userId } = cx.principal;
  return inSnapshot(cx, async (tx) => ({
    mail_kinds: (await findSetting(tx, userId)) ?? [...USUAL_MAIL_KINDS],
    has_mail: hasMail,
    address: await findAddress(tx, userId),
  }));
}

/** Stores the caller's choice of e-mails. The app itself always shows all notifications. */
export async function changeMailSettings(
  cx: Context,
  body: MailSettings,
  hasMail: boolean,
): Promise<MailSettingsView & { readonly receipt: Receipt }> {
  const { userId } = cx.principal;
  const { tenantId } = cx.instance;
  const kinds: MailKind[] = [...new Set(body.mail_kinds)].sort();
  const { entry, address } = await inTransaction(cx, async (tx) => {
    await writeSetting(tx, { userId, tenantId, kinds, at: cx.clock.now() });
    return {
      address: await findAddress(tx, userId),
      entry: await appendEntry(tx, cx, {
        class: "identity",
        outcome: "done",
        action: "notification.settings",
        subjects: [`user:${userId}`],
        details: { mail_kinds: kinds },
      }),
    };
  });
  return { mail_kinds: kinds, has_mail: hasMail, address, receipt: await issueReceipt(cx, entry) };
}
