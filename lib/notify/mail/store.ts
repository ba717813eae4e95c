import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { MailKind } from "@/lib/notify/schema";

export async function findAddress(tx: Tx, userId: string): Promise<string> {
  const row = await tx.app_user.findUnique({ where: { id: userId }, select: { email: true } });
  if (row === null) throw new InvariantError("a person who is written to is not there");
  return row.email;
}

/** Returns a person's choice; undefined until they have chosen. */
export async function findSetting(tx: Tx, userId: string): Promise<MailKind[] | undefined> {
  const row = await tx.notify_setting.findUnique({
    where: { user_id: userId },
    select: { mail_kinds: true },
  });
  return row?.mail_kinds.flatMap((kind) => {
    const known = MailKind.safeParse(kind);
    return known.success ? [known.data] : [];
  });
}

export interface SettingRow {
  readonly userId: string;
  readonly tenantId: string;
  readonly kinds: readonly MailKind[];
  readonly at: Date;
}

export async function writeSetting(tx: Tx, { userId, tenantId, kinds, at }: SettingRow): Promise<void> {
  const change = { mail_kinds: [...kinds], changed_at: at };
  const { count } = await tx.notify_setting.updateMany({ where: { user_id: userId }, data: change });
  if (count > 0) return;
  await tx.notify_setting.createMany({ data: [{ user_id: userId, tenant_id: tenantId, ...change }] });
}
