import "server-only";
import { kindOf } from "@/lib/alerts/catalogue";
import type { Reason } from "@/lib/alerts/delivery/schema";
import type { DeliveryRow } from "@/lib/alerts/delivery/store";
import type { AlertRow } from "@/lib/alerts/store";
import type { Mail } from "@/lib/notify/mail/mailer";

/** What a message says happened. The mail is English: it goes to the people who run the instance. */
const WORDS: Readonly<Record<Reason, string>> = {
  opened: "alert opened",
  escalated: "alert not acknowledged",
  resolved: "alert resolved",
  test: "test of an alert address",
  threshold: "alert threshold changed",
  removed: "alert address removed",
};

/** What a mail says that is about no alert. */
const WITHOUT_ALERT: Readonly<Partial<Record<Reason, (origin: string) => string>>> = {
  test: (origin) => `an administrator tested this address. Alerts of ${origin} are sent here.`,
  threshold: (origin) =>
    `an administrator changed an alert threshold of ${origin}. Sign in to see the change: ${origin}/operations/rules. If you do not know why, ask another administrator.`,
  removed: (origin) =>
    `an administrator removed this address. Alerts of ${origin} are no longer sent here. If you do not know why, ask another administrator.`,
};

/**
 * Returns the body of a webhook call: name, severity, count and page of the alert. Never its subject, a person or an
 * entry: the receiver reads those after signing in.
 */
export function bodyOf(row: DeliveryRow, alert: AlertRow | undefined, origin: string): string {
  const data =
    alert === undefined
      ? { origin }
      : {
          id: alert.id,
          name: alert.name,
          severity: alert.severity,
          opened_at: alert.opened_at.toISOString(),
          count: alert.count,
          runbook: kindOf(alert.name).runbook,
          url: `${origin}/operations/alerts/${alert.id}`,
        };
  return JSON.stringify({ type: `alert.${row.reason}`, timestamp: row.at.toISOString(), data });
}

/** Returns the mail about an alert, with the same members as the call of a webhook. */
export function mailOf(row: DeliveryRow, alert: AlertRow | undefined, to: string, origin: string): Mail {
  const words = WORDS[row.reason];
  const when = `${row.at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (alert === undefined)
    return {
      id: row.id,
      to,
      subject: `Sealport: ${words}`,
      text: `${when}: ${WITHOUT_ALERT[row.reason]?.(origin) ?? words}\n`,
    };
  const { name, severity, opened_at: opened, id } = alert;
  return {
    id: row.id,
    to,
    subject: `Sealport: ${words}: ${name} (${severity})`,
    text: [
      `${when}: ${words}.`,
      `Alert: ${name}, ${severity}, opened ${opened.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
      `Sign in to read more and to open the runbook: ${origin}/operations/alerts/${id}`,
      "",
    ].join("\n"),
  };
}
