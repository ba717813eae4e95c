import "server-only";
import { EnvironmentError } from "@/lib/env";
import { isPlainAddress, type Mailer, openMailer } from "@/lib/notify/mail/mailer";

interface MailEnv {
  readonly SMTP_URL?: string | undefined;
  readonly SMTP_FROM?: string | undefined;
  readonly SEALPORT_EVALUATION: boolean;
}

/**
 * Returns the mailer that SMTP_URL and SMTP_FROM name; undefined without both. Throws EnvironmentError for one without
 * the other.
 */
export function mailerOf(env: MailEnv): Mailer | undefined {
  const { SMTP_URL: url, SMTP_FROM: from, SEALPORT_EVALUATION: evaluation } = env;
  if (url === undefined && from === undefined) return undefined;
  if (url === undefined || from === undefined || !isPlainAddress(from))
    throw new EnvironmentError("set SMTP_URL together with SMTP_FROM, which is one plain address");
  return openMailer({ url, from, evaluation });
}
