import "server-only";
import type { Mail } from "@/lib/notify/mail/mailer";
import type { HookKind } from "@/lib/notify/schema";

/** What an e-mail says happened, in both languages of the product: a person's own is known to their browser alone. */
const WORDS: Readonly<Record<HookKind, readonly [english: string, german: string]>> = {
  request: ["An access request changed", "Ein Antrag hat sich geändert"],
  grant: ["A grant changed", "Eine Freigabe hat sich geändert"],
  dispute: ["A dispute changed", "Ein Streitfall hat sich geändert"],
  rotation: ["A key rotation changed", "Ein Schlüsselwechsel hat sich geändert"],
  key: ["A key changed", "Ein Schlüssel hat sich geändert"],
  epoch: ["An escrow epoch changed", "Eine Treuhandepoche hat sich geändert"],
  hold: ["A legal hold changed", "Eine Löschsperre hat sich geändert"],
  agreement: ["An agreement changed", "Eine Zustimmung hat sich geändert"],
  roster: ["A roster version changed", "Eine Version des Verzeichnisses hat sich geändert"],
  // Not the content: anyone on the way can read mail.
  notice: ["A notice for you", "Eine Mitteilung für Sie"],
  access_review: ["An access review changed", "Eine Zugriffsprüfung hat sich geändert"],
  policy: ["The policies changed", "Das Regelwerk hat sich geändert"],
  erasure: ["An erasure changed", "Eine Löschung hat sich geändert"],
  authority: ["An authority's key changed", "Der Schlüssel einer Stelle hat sich geändert"],
  alert_address: ["An address for alerts changed", "Eine Adresse für Alarme hat sich geändert"],
  alert_threshold: ["An alert rule changed", "Eine Alarmregel hat sich geändert"],
  transaction: ["A transaction that you follow changed", "Eine beobachtete Transaktion hat sich geändert"],
};

export interface MailFacts {
  readonly id: string;
  readonly to: string;
  readonly kind: HookKind;
  readonly reference: string | undefined;
  readonly at: Date;
  readonly origin: string;
}

/**
 * Returns a mail with the reference, the kind of thing and the page to read more, never a state, a name or a reason:
 * anyone on the way can read mail. The time is the change's own in UTC.
 */
export function writeMail({ id, to, kind, reference, at, origin }: MailFacts): Mail {
  const [english, german] = WORDS[kind];
  const named = reference === undefined ? "" : `: ${reference}`;
  const when = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const link = `${origin}/notifications`;
  return {
    id,
    to,
    subject: `Sealport: ${english}${named}`,
    text: [
      `${english}${named} (${when}).`,
      `Sign in to read more: ${link}`,
      "",
      `${german}${named} (${when}).`,
      `Mehr dazu nach der Anmeldung: ${link}`,
      "",
      "On that page you also choose which e-mails you get. / Dort wählen Sie auch, welche E-Mails Sie bekommen.",
      "",
    ].join("\n"),
  };
}
