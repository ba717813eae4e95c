import "server-only";
import { createTransport } from "nodemailer";
import { EnvironmentError } from "@/lib/env";
import { isLoopbackAddress } from "@/lib/notify/guard/public-address";
import type { AttemptOutcome } from "@/lib/notify/schema";

export interface Mail {
  /** Becomes the Message-ID, so that a receiver can recognise a repetition. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends e-mail by the operator's own server. */
export interface Mailer {
  /** Host name of the server. */
  readonly host: string;
  /** Never throws: a failure is an outcome, and no text of the server's answer is kept. */
  send(mail: Mail): Promise<AttemptOutcome>;
  /** Connects, greets and signs in. Throws the reason if the server cannot be used. */
  verify(): Promise<void>;
  close(): void;
}

export interface MailSetting {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. */
  readonly url: string;
  readonly from: string;
  readonly evaluation: boolean;
  /** Certificate of a server's own authority, PEM; tests give it. */
  readonly authority?: string;
}

const TIMEOUT_MS = 20_000;
/** One plain address, without characters that could begin another header or name a second recipient. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;
const LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;
/** From this number on, an SMTP answer is a permanent refusal (RFC 5321, section 4.2.1). */
const PERMANENT = 500;

/** Returns whether a text is one plain e-mail address. */
export function isPlainAddress(address: string): boolean {
  return ADDRESS.test(address);
}

function memberOf(error: unknown, name: string): unknown {
  return error instanceof Error ? Reflect.get(error, name) : undefined;
}

function outcomeOf(error: unknown): AttemptOutcome {
  const code = String(memberOf(error, "code") ?? "");
  const answer = Number(memberOf(error, "responseCode") ?? 0);
  // The library gives every failure of a socket the code ESOCKET. A failure of the system also names its system call.
  if (code === "ETIMEDOUT") return "timeout";
  if (memberOf(error, "syscall") !== undefined) return "unreachable";
  if (code === "ETLS" || code === "ESOCKET" || code.startsWith("ERR_")) return "tls";
  if (answer >= PERMANENT && code === "EENVELOPE") return "refused";
  return answer > 0 ? "answer" : "unreachable";
}

/** A connection without TLS is only for a server on the same machine in an evaluation. */
function mayBeClear({ evaluation }: MailSetting, host: string): boolean {
  return evaluation && (host === "localhost" || isLoopbackAddress(host));
}

/**
 * Returns a mailer for this setting. TLS is required: from the first byte with `smtps:`, by STARTTLS as the first
 * command with `smtp:`. The only exception is a server on this machine in an evaluation. Mails are not logged.
 */
export function openMailer(setting: MailSetting): Mailer {
  const url = new URL(setting.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "smtps:";
  const transport = createTransport({
    host,
    port: url.port === "" ? (isTls ? 465 : 587) : Number(url.port),
    secure: isTls,
    requireTLS: !isTls && !mayBeClear(setting, host),
    ...(url.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    tls: { minVersion: "TLSv1.2", ...(setting.authority === undefined ? {} : { ca: setting.authority }) },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    host,
    send: async ({ id, to, subject, text }) => {
      if (!isPlainAddress(to) || !LINE.test(subject)) return "refused";
      try {
        await transport.sendMail({
          from: setting.from,
          to: { name: "", address: to },
          subject,
          text,
          messageId: `<${id}@${setting.from.slice(setting.from.lastIndexOf("@") + 1)}>`,
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return "delivered";
      } catch (error) {
        return outcomeOf(error);
      }
    },
    verify: async () => void (await transport.verify()),
    close: () => transport.close(),
  };
}

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
