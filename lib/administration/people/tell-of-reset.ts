import "server-only";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { uuidv7 } from "@/lib/crypto/uuid";

/** A reset of an agency officer's sign-in that waits. */
export interface WaitingReset {
  readonly name: string;
  readonly email: string;
  /** The contacts who are said to have confirmed it. */
  readonly contacts: readonly string[];
  /** When it can be carried out. */
  readonly from: Date;
}

const SUBJECT =
  "Sealport: an administrator asked to reset your sign-in / Ihre Anmeldung soll zurückgesetzt werden";

function textOf({ name, email, contacts, from }: WaitingReset, origin: string): string {
  const at = `${from.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const by = contacts.join(", ");
  return [
    `An administrator asked to reset the sign-in of ${name} (${email}) at ${origin}. Every way to sign in would be removed, and a new link made.`,
    `According to the administrator, these contacts confirmed it by telephone: ${by}.`,
    `A second administrator can agree from ${at} on. Until then an administrator can refuse it.`,
    "If you did not know about this, call the operator of the portal now. Use a number from another source.",
    "",
    `Eine administrierende Person möchte die Anmeldung von ${name} (${email}) unter ${origin} zurücksetzen. Dann werden alle Anmeldewege entfernt, und ein neuer Link wird erzeugt.`,
    `Nach Angabe dieser Person wurde das telefonisch bestätigt von: ${by}.`,
    `Eine zweite administrierende Person kann ab ${at} zustimmen. Bis dahin kann eine administrierende Person die Änderung ablehnen.`,
    "Wenn Sie davon nichts wissen, rufen Sie jetzt den Betreiber des Portals an. Verwenden Sie eine Nummer aus anderer Quelle.",
    "",
  ].join("\n");
}

/**
 * Tells the officer and the contacts that were named, so that they can object. Returns the addresses whose mail was taken:
 * all others have to be told by the administrators.
 */
export async function tellOfReset(
  cx: Pick<AdministrationContext, "mailer" | "clock" | "logger" | "site">,
  reset: WaitingReset,
): Promise<string[]> {
  const { mailer } = cx;
  if (mailer === undefined) return [];
  const text = textOf(reset, cx.site.origin);
  const send = async (to: string): Promise<string[]> => {
    const outcome = await mailer.send({ id: uuidv7(cx.clock.nowMs()), to, subject: SUBJECT, text });
    if (outcome === "delivered") return [to];
    cx.logger.warn({ outcome }, "a person was not told of a reset by mail");
    return [];
  };
  return (await Promise.all([reset.email, ...reset.contacts].map(send))).flat();
}
