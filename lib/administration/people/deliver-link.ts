import "server-only";
import type { AdministrationContext, MadeLink } from "@/lib/administration/agreements/kind";
import type { LinkAnswer } from "@/lib/administration/agreements/schema";
import { uuidv7 } from "@/lib/crypto/uuid";

const SUBJECT = "Sealport: your link to sign in / Ihr Anmeldelink";

/** The mail in both languages of the product: a person's own is known to their browser alone. */
function textOf({ name, link, expiresAt }: MadeLink): string {
  const until = `${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return [
    `${name},`,
    "",
    "you were invited to Sealport. With this link you set up how you sign in. It works once and for 24 hours,",
    `until ${until}. Do not forward it.`,
    "",
    link,
    "",
    "Sie wurden zu Sealport eingeladen. Mit diesem Link richten Sie Ihre Anmeldung ein. Er gilt einmal, 24 Stunden lang,",
    `bis ${until}. Leiten Sie ihn nicht weiter.`,
    "",
  ].join("\n");
}

/**
 * Mails a link to the person. Without a mail server the caller gets it, once, to hand it over. A mail that was not
 * taken shows no link: an administrator sends another.
 */
export async function deliverLink(
  cx: Pick<AdministrationContext, "mailer" | "clock" | "logger">,
  made: MadeLink,
): Promise<LinkAnswer> {
  const expires_at = made.expiresAt.toISOString();
  if (cx.mailer === undefined) return { link: made.link, sent_to: null, expires_at };
  const mail = { id: uuidv7(cx.clock.nowMs()), to: made.email, subject: SUBJECT, text: textOf(made) };
  const outcome = await cx.mailer.send(mail);
  if (outcome === "delivered") return { link: null, sent_to: made.email, expires_at };
  cx.logger.warn({ outcome }, "an invitation was not mailed; an administrator can send the link again");
  return { link: null, sent_to: null, expires_at };
}
